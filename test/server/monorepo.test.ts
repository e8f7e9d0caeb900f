import { expect, test } from 'vitest'
import { eventually } from '../stage/eventually.ts'
import { aPlan } from './builders/application.ts'
import { type FakeAgent, type Script, startFakeAgent } from './fake-agent.ts'
import { startWorld } from './world.ts'

const applications = 1000
const failing = 7

const nameOf = (at: number) => `app-${String(at).padStart(4, '0')}`
const clusterOf = (at: number) => (at % 2 === 0 ? 'dev' : 'prod')

function document(at: number): string {
  return [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${nameOf(at)} }`,
    'spec:',
    `  source: { repoURL: ., path: apps/${nameOf(at)} }`,
    `  destination: { name: ${clusterOf(at)} }`,
    '',
  ].join('\n')
}

test('a pull request that changes 3,000 files of 1,000 applications ends with one comment, few checks and few requests', {
  timeout: 400_000,
}, async () => {
  const world = await startWorld({ quickPlan: 2, betweenEdits: 5 })
  const agents: FakeAgent[] = []
  try {
    for (const cluster of ['dev', 'prod']) {
      const script: Script = command => {
        if (command.kind !== 'plan') return null
        const { head: revision, application } = command
        const problem = { code: 'render', message: 'it does not render', location: null, hint: null }
        if (application.name < nameOf(failing)) {
          return { kind: 'plan', outcome: { kind: 'failed', problems: [problem] } }
        }
        const plan = aPlan({ application: application.name, cluster, revision, namespace: 'shop' })
        return { kind: 'plan', outcome: { kind: 'planned', plan } }
      }
      agents.push(await startFakeAgent(world.server.url, await world.register(cluster), script))
    }
    const { github, alice: author } = world
    const all = Array.from({ length: applications }, (_, at) => at)
    const filesOf = (content: string) =>
      all.flatMap(at => ['a', 'b', 'c'].map(it => [`apps/${nameOf(at)}/${it}.yaml`, content] as const))
    const repository = await world.repository('monorepo', {
      ...Object.fromEntries(all.map(at => [`applications/${nameOf(at)}.yaml`, document(at)])),
      ...Object.fromEntries(filesOf('a: 1\n')),
    })
    const files = Object.fromEntries(filesOf('a: 2\n'))
    const head = await github.pushCommit({ repository, author, branch: 'all', files, message: 'all' })
    const from = github.requests.length
    const pull = await github.openPullRequest({ repository, author, title: 'all', head: 'all', base: 'main' })
    const aggregate = () => github.checkRuns(repository, head).find(it => it.name === 'plumbline')
    await eventually(() => expect(aggregate()?.status).toBe('completed'), 300_000)
    await github.settled()

    expect(aggregate()?.conclusion).toBe('failure')
    expect(aggregate()?.summary).toContain('only those that fail have a check of their own')
    const others = github.checkRuns(repository, head).filter(it => it.name !== 'plumbline')
    expect(others.map(it => it.conclusion)).toEqual(Array(failing).fill('failure'))
    expect(pull.comments).toHaveLength(1)
    const [comment] = pull.comments
    expect(comment!.body.length).toBeLessThan(65_536)
    expect(comment!.body).toMatch(/The details of \d+ more applications/)
    expect(comment!.body).toContain(head.slice(0, 7))
    const requests = github.requests.slice(from)
    expect(requests.filter(it => it.operation === 'pulls/list-files')).toEqual([])
    expect(requests.length).toBeLessThan(60)
  } finally {
    for (const agent of agents) await agent.stop()
    await world.stop()
  }
})
