import { eventually } from '../../stage/eventually.ts'
import { kubectl } from '../../stage/kubectl.ts'
import { manifests } from '../engine/objects.ts'
import type { LoopPlace } from './place.ts'

const objects = 100
const otherFiles = 2000

const hundredFile = 'hundred/objects.yaml'

/** The hundred objects with every `oneIn`th of a kind changed. */
export function hundredWith(oneIn: number): Readonly<Record<string, string>> {
  return { [hundredFile]: manifests(objects, oneIn) }
}

/** An application of a hundred objects on dev, synced, in a repository with two thousand files of others. */
export async function deployHundred({ stage }: LoopPlace): Promise<void> {
  const { simulator, repository, people } = stage.github
  const others = Array.from({ length: otherFiles }, (_, at) => {
    const path = `others/team-${at % 40}/service-${at}.yaml`
    return [path, `kind: ConfigMap\napiVersion: v1\nmetadata: {name: other-${at}}\n`] as const
  })
  await simulator.pushCommit({
    repository,
    author: people.alice,
    branch: 'main',
    message: 'A hundred objects',
    files: {
      ...Object.fromEntries(others),
      ...hundredWith(0),
      'deploy/applications/hundred.yaml': application,
    },
  })
  const dev = stage.clusters['dev']!
  const name = 'applications.plumbline.dev/hundred'
  await eventually(() => kubectl(dev, '-n', 'plumbline-system', 'get', name), 60_000)
  await kubectl(dev, '-n', 'plumbline-system', 'wait', '--for=condition=Synced', '--timeout=60s', name)
}

/** Takes it away again, and waits until the cluster has none of it. */
export async function removeHundred({ stage }: LoopPlace): Promise<void> {
  const { simulator, repository, people } = stage.github
  const files = { 'deploy/applications/hundred.yaml': null, [hundredFile]: null }
  const message = 'Without the hundred objects'
  await simulator.pushCommit({ repository, author: people.alice, branch: 'main', message, files })
  await eventually(async () => {
    const left = await kubectl(stage.clusters['dev']!, '-n', 'hundred', 'get', 'configmaps', '-o', 'name')
    if (left.includes('settings-')) throw new Error('the hundred objects are still there')
  }, 60_000)
}

const application = `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata: { name: hundred }
spec:
  source: { repoURL: ., path: hundred }
  destination: { name: dev, namespace: hundred }
  syncPolicy: { automated: { prune: true }, syncOptions: [CreateNamespace=true] }
`
