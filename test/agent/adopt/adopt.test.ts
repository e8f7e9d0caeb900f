import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createAdopter } from '../../../src/agent/adopt/create-adopter.ts'
import { createCheckouts } from '../../../src/agent/checkout/create-checkouts.ts'
import { type AgentPipeline, createAgentPipeline } from '../../../src/agent/pipeline.ts'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { createRenderer } from '../../../src/agent/render/create-renderer.ts'
import { createSources } from '../../../src/agent/sources.ts'
import { createGitCache } from '../../../src/git/git-cache.ts'
import type { AdoptResult } from '../../../src/model/adoption.ts'
import { plainSource } from '../../../src/model/application-from.ts'
import type { Application } from '../../../src/model/application.ts'
import type { AgentCommand, CommandResult } from '../../../src/model/command.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import { applicationsIn } from '../../../src/repository/find-applications.ts'
import { isInRepository } from '../../../src/repository/same-repository.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { createRemote } from '../../git/remote.ts'
import { kubectl, useSyncFixture } from '../sync/fixture.ts'
import type { Files } from './adopting.ts'

const fixture = useSyncFixture()
const { plane } = fixture

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-adopt-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** An application out of a repository, synced; people with kubectl; and the agent that is asked to adopt. */
async function desk(files: (namespace: string) => Files) {
  const namespace = await plane.namespace()
  const remote = await createRemote()
  onTestFinished(() => rm(remote.folder, { recursive: true, force: true }))
  let tree = files(namespace)
  const commit = () => remote.commit(tree)
  const place = 'apps/shop.yaml'
  const name = plane.freeName('adopted')
  const said = tree[place] ?? ''
  tree = { ...tree, [place]: said.replaceAll('NAME', name) }
  const application = (): Application => {
    const [found] = applicationsIn(tree[place] ?? '', place).applications
    if (!found) throw new Error('no application')
    return found
  }
  const repository: RepositoryRef = {
    forge: 'github',
    host: 'example.com',
    fullName: 'acme/shop',
    cloneUrl: remote.cloneUrl,
  }
  const pipeline = await agent()
  const execute = async (command: AgentCommand): Promise<CommandResult> => {
    const id = plane.freeName('command')
    return pipeline.execute({ id, traceId: id, deadline: '', command }, plane.signal)
  }
  const first = await commit()
  const synced = await execute({
    kind: 'sync',
    application: application(),
    removed: false,
    repository,
    revision: first,
    reviewedDigest: null,
    requireReviewedPlan: false,
  })
  if (synced.kind !== 'sync' || synced.result.outcome !== 'synced') throw new Error(JSON.stringify(synced))
  return {
    namespace,
    kubectl: (...args: readonly string[]) => kubectl(plane, ['-n', namespace, ...args]),
    async adopt(objects: readonly string[] = []): Promise<AdoptResult> {
      const command = {
        kind: 'adopt',
        application: application(),
        repository,
        revision: first,
        objects,
      } as const
      const answer = await execute(command)
      if (answer.kind !== 'adopt') throw new Error(`an answer to ${answer.kind}`)
      return answer.result
    },
    /** What the agent answers when the application is something else at that commit. */
    async adoptAs(changed: Partial<Application>): Promise<AdoptResult> {
      const as = { ...application(), ...changed }
      const answer = await execute({
        kind: 'adopt',
        application: as,
        repository,
        revision: first,
        objects: [],
      })
      if (answer.kind !== 'adopt') throw new Error(`an answer to ${answer.kind}`)
      return answer.result
    },
    /** The plan of a pull request that makes these changes. */
    async planOf(result: AdoptResult): Promise<Plan> {
      const base = application()
      const left = Object.entries(tree).filter(
        ([path]) => !result.files.some(it => it.path === path && it.text === null),
      )
      const edited = result.files.flatMap(({ path, text }) => (text === null ? [] : [[path, text] as const]))
      const gone = result.files.filter(it => it.text === null).map(it => [it.path, null] as const)
      tree = Object.fromEntries([...left, ...edited])
      const head = await remote.commit({ ...tree, ...Object.fromEntries(gone) })
      const answer = await execute({
        kind: 'plan',
        application: application(),
        removed: false,
        baseApplication: base,
        repository,
        base: first,
        head,
      })
      if (answer.kind !== 'plan' || answer.outcome.kind !== 'planned') throw new Error(JSON.stringify(answer))
      return answer.outcome.plan
    },
  }
}

async function agent(): Promise<AgentPipeline> {
  const binaries = await ensureBinaries()
  const gitCache = createGitCache({ folder: join(home, 'git'), allowedProtocols: ['file'] })
  const renderer = createRenderer({
    binaries: { helm: join(binaries, 'helm'), kustomize: join(binaries, 'kustomize') },
    cacheFolder: join(home, 'renders'),
  })
  const common = {
    cluster: plane.cluster,
    state: fixture.state,
    gitCache,
    renderer,
    clusterName: 'dev',
    clock: () => new Date(),
    inRepository: (source: Parameters<typeof isInRepository>[0], repository: RepositoryRef) =>
      isInRepository(source, repository.cloneUrl),
    credential: () => Promise.resolve(null),
  }
  const planner = createPlanner(common)
  return createAgentPipeline({
    ...common,
    planner,
    sources: createSources({
      ...common,
      checkouts: createCheckouts({ gitCache, folder: join(home, 'checkouts') }),
    }),
    syncer: fixture.syncer(),
    adopter: createAdopter({
      ...common,
      planner,
      charts: null,
      folder: join(home, 'adoptions'),
      onFault: cause => {
        throw cause
      },
    }),
  })
}

const application = (namespace: string, source: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata: { name: NAME }
spec:
  source:
    repoURL: .
${source}
  destination: { name: dev, namespace: ${namespace} }
`

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { tier: front }
spec:
  replicas: 1 # small
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
        args: [--a]
        env:
        - { name: LEVEL, value: info }
        resources: { limits: { memory: 64Mi } }
`
const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports:
  - { name: http, port: 80 }
`
const config = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { mode: fast, extra: "1" }
`
const secret = `apiVersion: v1
kind: Secret
metadata: { name: token }
stringData: { key: a-value-of-a-secret }
`

describe('what was changed with kubectl', () => {
  test('comes back into plain manifests, and the pull request shows no change', async () => {
    const person = await desk(namespace => ({
      'apps/shop.yaml': application(namespace, '    path: deploy'),
      'deploy/web.yaml': web,
      'deploy/service.yaml': service,
      'deploy/config.yaml': `${config('one')}---\n${config('two')}`,
      'deploy/secret.yaml': secret,
    }))
    await person.kubectl('scale', 'deployment/web', '--replicas=3')
    await person.kubectl('set', 'image', 'deployment/web', 'web=web:2')
    await person.kubectl('set', 'env', 'deployment/web', 'LEVEL=debug')
    await person.kubectl('set', 'resources', 'deployment/web', '--limits=memory=128Mi')
    await person.kubectl('label', 'deployment/web', 'tier=back', '--overwrite')
    const port = '[{"op":"replace","path":"/spec/ports/0/port","value":8080}]'
    await person.kubectl('patch', 'service/web', '--type=json', '-p', port)
    await person.kubectl('patch', 'configmap/one', '-p', '{"data":{"extra":null,"mode":"slow"}}')
    await person.kubectl('delete', 'configmap/two')
    await person.kubectl('patch', 'secret/token', '-p', '{"stringData":{"key":"another-secret-value"}}')
    const one = await person.adopt([`/Service/${person.namespace}/web`])
    expect(one).toMatchObject({ error: null, left: [], files: [{ path: 'deploy/service.yaml' }] })
    const result = await person.adopt()
    expect(result.error).toBeNull()
    expect(result.left).toEqual([
      {
        id: `/Secret/${person.namespace}/token`,
        path: '/data/key',
        reason: 'its value is a Secret’s, which is never written into Git',
      },
    ])
    expect(JSON.stringify(result)).not.toMatch(/another-secret|YW5vdGhlci1zZWNyZXQ/)
    expect(result.files).toMatchObject([
      { path: 'deploy/config.yaml', text: config('one').replace('mode: fast, extra: "1"', 'mode: slow') },
      { path: 'deploy/service.yaml', text: service.replace('80', '8080') },
      {
        path: 'deploy/web.yaml',
        text: web
          .replace('replicas: 1', 'replicas: 3')
          .replace('web:1', 'web:2')
          .replace('info', 'debug')
          .replace('64Mi', '128Mi')
          .replace('front', 'back'),
      },
    ])
    const plan = await person.planOf(result)
    expect(plan.changes.map(it => it.id)).toEqual([`/Secret/${person.namespace}/token`])
  })

  test('comes back into an overlay, whose base others build upon', async () => {
    const person = await desk(namespace => ({
      'apps/shop.yaml': application(namespace, '    path: overlays/dev'),
      'base/kustomization.yaml': 'resources: [web.yaml, service.yaml]\n',
      'base/web.yaml': web,
      'base/service.yaml': service,
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      'overlays/dev/kustomization.yaml':
        'resources:\n- ../../base # shared\nreplicas:\n- { name: web, count: 1 }\n',
    }))
    await person.kubectl('scale', 'deployment/web', '--replicas=3')
    await person.kubectl('set', 'image', 'deployment/web', 'web=web:2')
    await person.kubectl('set', 'env', 'deployment/web', 'LEVEL=debug')
    await person.kubectl('delete', 'service/web')
    const result = await person.adopt()
    expect(result).toMatchObject({
      error: null,
      left: [],
      files: [{ path: 'overlays/dev/kustomization.yaml' }],
    })
    expect(result.files[0]?.text).toContain('- ../../base # shared\n')
    const plan = await person.planOf(result)
    expect(plan.changes).toEqual([])
  })

  test('comes back into the values of a chart', async () => {
    const person = await desk(namespace => ({
      'apps/shop.yaml': application(
        namespace,
        '    path: chart\n    helm:\n      valuesObject: { replicas: 1 }',
      ),
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'chart/values.yaml': 'replicas: 2\nlevel: info # quiet\ntag: "1"\n',
      'chart/templates/web.yaml': web
        .replace('replicas: 1', 'replicas: {{ .Values.replicas }}')
        .replace('web:1', 'web:{{ .Values.tag }}')
        .replace('info', '{{ .Values.level }}'),
    }))
    await person.kubectl('scale', 'deployment/web', '--replicas=3')
    await person.kubectl('set', 'image', 'deployment/web', 'web=web:2')
    await person.kubectl('set', 'env', 'deployment/web', 'LEVEL=debug')
    const result = await person.adopt()
    expect(result).toMatchObject({ error: null, left: [] })
    expect(result.files.map(it => it.path)).toEqual(['apps/shop.yaml', 'chart/values.yaml'])
    expect(result.files[1]?.text).toBe('replicas: 2\nlevel: debug # quiet\ntag: "2"\n')
    const plan = await person.planOf(result)
    expect(plan.changes).toEqual([])
  })

  test('is nothing to adopt when nothing has drifted, and what others added is theirs', async () => {
    const person = await desk(namespace => ({
      'apps/shop.yaml': application(namespace, '    path: deploy'),
      'deploy/web.yaml': web,
    }))
    await person.kubectl('annotate', 'deployment/web', 'theirs=1')
    await person.kubectl('set', 'env', 'deployment/web', 'MORE=1')
    expect(await person.adopt()).toMatchObject({ files: [], adopted: [], left: [], error: null })
    const elsewhere = await person.adoptAs({ sources: [plainSource('.', 'nowhere')] })
    expect(elsewhere).toMatchObject({
      files: [],
      error: { code: 'missing-path', message: expect.stringContaining('the path nowhere does not exist') },
    })
  })
})
