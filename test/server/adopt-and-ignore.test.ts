import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AdoptResult } from '../../src/model/adoption.ts'
import type { DriftReport } from '../../src/model/drift.ts'
import type { Change } from '../../src/model/plan.ts'
import { settingsFrom } from '../../src/model/settings.ts'
import { applicationsIn } from '../../src/repository/find-applications.ts'
import { findObject, readBlob } from '../simulator/github/git/objects.ts'
import type { Issue, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { anApplication, aSyncResult } from './builders/application.ts'
import { type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { change, field } from './report/views.ts'
import { startWorld, type World } from './world.ts'

let world: World
let agent: FakeAgent
/** What the agent answers to `adopt`. */
let answer: Partial<AdoptResult>

beforeAll(async () => {
  world = await startWorld()
  agent = await startFakeAgent(world.server.url, await world.register('dev'), command => {
    if (command.kind === 'sync') {
      const { application, revision } = command
      return { kind: 'sync', result: aSyncResult({ application: application.name, revision }) }
    }
    if (command.kind !== 'adopt') return null
    const { application, revision } = command
    const nothing = { files: [], adopted: [], left: [], error: null }
    return {
      kind: 'adopt',
      result: { application: application.name, cluster: 'dev', revision, ...nothing, ...answer },
    }
  })
})
beforeEach(() => {
  answer = {}
})
afterAll(async () => {
  await agent.stop()
  await world.stop()
})

const deployment = 'apps/Deployment/shop/web'

const replicas = field({
  path: '/spec/replicas',
  before: 5,
  after: 2,
  origin: 'drift',
  manager: 'kubectl-scale',
  ignore: { kind: 'json-pointer', expression: '/spec/replicas' },
})
const imagePath = '.spec.template.spec.containers[] | select(.name == "app") | .image'
const image = field({
  path: '/spec/template/spec/containers/0/image',
  before: 'web:2',
  after: 'web:1',
  origin: 'drift',
  ignore: { kind: 'jq-path', expression: imagePath },
})

function drifted(...fields: readonly (typeof replicas)[]): Change {
  return change({ id: deployment, action: 'update', origin: 'drift', fields })
}

const deleted = change({ id: '/ConfigMap/shop/settings', action: 'create', origin: 'drift' })

interface Scene {
  readonly repository: Repository
  readonly issue: Issue
  /** The bodies of its comments. */
  said(): string
  say(text: string): void
  /** Pull requests, oldest first. */
  pulls(): readonly Issue[]
}

let shops = 0

async function fileOf({ repository, pull }: Issue, path: string): Promise<string> {
  const found = await findObject(repository.folder, `${pull!.headSha}:${path}`)
  return (await readBlob(repository.folder, found!.sha)).toString('utf8')
}

function documentOf(name: string): string {
  return `# ${name}, and who to ask about it
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name} }   # do not rename
spec:
    source: { repoURL: ., path: app }
    destination: { name: dev, namespace: shop }
`
}

async function scene(
  changes: readonly Change[],
  files: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  const name = `shop-${++shops}`
  const { github } = world
  const repository = await world.repository(name, {
    'apps/shop.yaml': documentOf(name),
    'app/web.yaml': 'spec:\n  replicas: 2 # two\n',
    ...files,
  })
  const ref = {
    forge: 'github',
    host: new URL(github.url).host,
    fullName: `acme/${name}`,
    cloneUrl: `${github.url}/acme/${name}.git`,
  } as const
  const key = await world.store.repositories.save(ref)
  const application = anApplication({ name, cluster: 'dev' })
  const settings = settingsFrom({ version: 1 })
  const { syncPolicy } = application
  const definition = { ...application, syncPolicy: { ...syncPolicy, automated: null } }
  await world.store.applications.define({
    repository: key,
    application: definition,
    settings,
    branch: 'main',
  })
  const report: DriftReport = {
    application: name,
    cluster: 'dev',
    namespace: 'shop',
    revision: null,
    drifted: changes,
    healed: [],
    fight: null,
    observedAt: new Date().toISOString(),
  }
  await agent.reportDrift(report)
  const all = () => [...repository.issues.values()]
  const issue = await eventually(() => {
    const [found] = all().filter(it => !it.pull)
    if (!found) throw new Error('no issue yet')
    return found
  })
  return {
    repository,
    issue,
    said: () => issue.comments.map(it => it.body.replace(/^<!--.*-->\n/, '')).join('\n\n'),
    say: text => void github.commentOn(issue, world.alice, text),
    pulls: () => all().filter(it => it.pull),
  }
}

test('ignoring drift proposes the narrowest entries, and the rest of the document stays as it is', async () => {
  const { issue, said, say, pulls, repository } = await scene([drifted(replicas, image), deleted])
  say('/plumbline ignore')
  await eventually(() => expect(said()).toMatch(/To leave 2 fields to the cluster, merge #\d+/))
  expect(said()).toContain('- ConfigMap `shop/settings`: it was deleted on the cluster')
  const [pull] = pulls()
  expect(pull?.title).toMatch(/^Ignore drift of shop-\d+ on dev \(2 fields\)$/)
  expect(pull?.body).toContain(`#${issue.number} tells that`)
  expect(pull?.body).toContain('| Deployment `shop/web` | `spec.replicas` | `2` | `5` | `kubectl-scale` |')
  expect(pull?.body).toContain('Not ignored:')
  const name = repository.name
  const text = await fileOf(pull!, 'apps/shop.yaml')
  expect(text).toBe(`${documentOf(name)}    ignoreDifferences:
    - group: apps
      kind: Deployment
      name: web
      namespace: shop
      jsonPointers:
      - /spec/replicas
      jqPathExpressions:
      - .spec.template.spec.containers[] | select(.name == "app") | .image
`)
  expect(applicationsIn(text, 'a.yaml').applications[0]?.ignoreDifferences).toMatchObject([
    { name: 'web', jsonPointers: ['/spec/replicas'], jqPathExpressions: [imagePath] },
  ])

  say('/plumbline ignore')
  await eventually(() =>
    expect(said()).toContain(`#${pull!.number} is open already: merge or close it first.`),
  )
  expect(pulls()).toHaveLength(1)
})

test('one object is chosen by its name', async () => {
  const other = change({
    id: 'apps/Deployment/shop/api',
    action: 'update',
    origin: 'drift',
    fields: [replicas],
  })
  const { said, say, pulls } = await scene([drifted(replicas), other, deleted])
  say('/plumbline ignore Deployment/none')
  await eventually(() =>
    expect(said()).toContain(
      'These do: Deployment `shop/web`, Deployment `shop/api`, ConfigMap `shop/settings`.',
    ),
  )
  say('/plumbline ignore ConfigMap/settings')
  await eventually(() => expect(said()).toContain('Nothing of this can be ignored.'))
  say('/plumbline ignore deployment/api')
  await eventually(() => expect(pulls()).toHaveLength(1))
  const { body } = pulls()[0]!
  expect(body).toContain('| Deployment `shop/api` | `spec.replicas` |')
  expect(body).not.toContain('| Deployment `shop/web`')
  expect(body).toContain(
    'put back by the sync that follows: Deployment `shop/web`, ConfigMap `shop/settings`.',
  )
})

test('adopting drift asks the agent, and its answer becomes a pull request', async () => {
  const text = 'spec:\n  replicas: 5 # two\n'
  answer = {
    files: [{ path: 'app/web.yaml', mode: '100644', text }],
    adopted: [{ id: deployment, path: '/spec/replicas', file: 'app/web.yaml', line: 2 }],
    left: [{ id: deployment, path: '/spec/x', reason: 'a *template* writes it for @everyone' }],
  }
  const { issue, said, say, pulls, repository } = await scene([drifted(replicas)])
  say('/plumbline adopt Deployment/web')
  await eventually(() => expect(said()).toMatch(/To adopt 1 field of 1 object, merge #\d+/))
  const command = agent.received.map(it => it.command).findLast(it => it.kind === 'adopt')
  expect(command).toMatchObject({ objects: [deployment], application: { name: repository.name } })
  const [pull] = pulls()
  expect(pull?.title).toBe(`Adopt drift of ${repository.name} on dev (1 field of 1 object)`)
  expect(pull?.body).toContain('| Deployment `shop/web` | `spec.replicas` | `app/web.yaml:2` |')
  expect(pull?.body).toContain(
    String.raw`- Deployment ${'`shop/web`'} ${'`spec.x`'}: a \*template\* writes it for @`,
  )
  expect(pull?.body).not.toContain('@everyone')
  expect(pull?.body).toContain(`#${issue.number} closes by itself`)
  expect(await fileOf(pull!, 'app/web.yaml')).toBe(text)

  say('/plumbline adopt')
  await eventually(() => expect(said()).toContain('is open already: merge or close it first.'))
})

test.each([
  { answer: {}, says: 'Nothing drifts any more' },
  {
    answer: { error: { code: 'render', message: 'the chart does not render' } },
    says: 'Not adopted: the chart does not render',
  },
  {
    answer: {
      left: [{ id: deployment, path: '/spec/replicas', reason: 'it comes from another repository' }],
    },
    says: '- Deployment `shop/web` `spec.replicas`: it comes from another repository.',
  },
  {
    answer: { files: [{ path: '.github/workflows/x.yml', mode: '100644' as const, text: 'on: push' }] },
    says: 'the agent would change a file that is no manifest',
  },
])('an agent that has nothing to propose: $says', async ({ answer: said, says }) => {
  answer = said
  const it = await scene([drifted(replicas)])
  it.say('/plumbline adopt')
  await eventually(() => expect(it.said()).toContain(says))
  expect(it.pulls()).toEqual([])
})

test('who may not write, and what no longer drifts, opens nothing', async () => {
  const { issue, said, say, pulls, repository } = await scene([drifted(replicas)])
  world.github.commentOn(issue, world.carol, '/plumbline ignore')
  await eventually(() => expect(said()).toContain('Commands are taken from people with write permission,'))
  const report = (await world.store.applications.named({ name: repository.name, cluster: 'dev' }))?.drift
  const observedAt = new Date(Date.parse(report!.observedAt) + 1000).toISOString()
  await agent.reportDrift({ ...report!, drifted: [], observedAt })
  await eventually(() => expect(issue.state).toBe('closed'))
  say('/plumbline adopt')
  await eventually(() => expect(said()).toContain('Nothing drifts any more'))
  expect(pulls()).toEqual([])
})
