import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewCommand } from '../../src/server/store/records/commands.ts'
import { createClusterRegistry } from '../../src/server/agents/cluster-registry.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan, aRepository, aSyncResult, anApplication, revision } from './builders/application.ts'
import { emptied } from './databases.ts'
import { agentClient, type FakeAgent, startFakeAgent } from './fake-agent.ts'
import { startWorld, type World } from './world.ts'

let world: World
let token: string
const agents: FakeAgent[] = []
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await emptied(world.store)
  token = await world.register('dev')
})
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop()
})
afterAll(() => world.stop())

async function connect(withToken = token): Promise<FakeAgent> {
  const agent = await startFakeAgent(world.server.url, withToken)
  agents.push(agent)
  return agent
}

function revert(id: string, options: Partial<NewCommand> = {}): NewCommand {
  return {
    id,
    cluster: 'dev',
    application: 'guestbook',
    command: { kind: 'revert', application: 'guestbook', objects: [] },
    deadline: new Date(Date.now() + 60_000).toISOString(),
    traceId: 'trace',
    purpose: { kind: 'revert', repository: 'none', number: 1, commentId: '1' },
    ...options,
  }
}

async function codeOf(work: Promise<unknown>): Promise<Code | null> {
  try {
    await work
    return null
  } catch (cause) {
    return ConnectError.from(cause).code
  }
}

/** Its keep-alive comes after the end of the test. */
async function startQuietWorld(): Promise<World & AsyncDisposable> {
  const quiet = await startWorld({}, 600)
  return Object.assign(quiet, { [Symbol.asyncDispose]: () => quiet.stop() })
}

const result = { kind: 'revert', result: aSyncResult() } as const
const idsOf = (agent: FakeAgent) => agent.received.map(it => it.id)

describe('an agent', () => {
  test('gets what waited for it, and what comes while it is there', async () => {
    await world.store.commands.add(revert('1'))
    const agent = await connect()
    await eventually(() => expect(idsOf(agent)).toEqual(['1']))
    await world.store.commands.add(revert('2'))
    await world.store.commands.add(revert('3', { cluster: 'prod' }))
    await eventually(() => expect(idsOf(agent)).toEqual(['1', '2']))
    expect(agent.received[0]).toMatchObject({
      traceId: 'trace',
      command: { kind: 'revert', application: 'guestbook' },
    })
    expect((await world.store.commands.byId('1'))?.state).toBe('sent')
  })

  test('is woken at once, not at the next keep-alive', async () => {
    await using quiet = await startQuietWorld()
    const agent = await startFakeAgent(quiet.server.url, await quiet.register('dev'))
    agents.push(agent)
    await eventually(async () => expect((await quiet.store.clusters.named('dev'))?.lastSeen).not.toBeNull())
    for (let i = 0; i < 5; i++) {
      await quiet.store.commands.add(revert(String(i)))
      await eventually(() => expect(idsOf(agent)).toContain(String(i)))
    }
  })

  test('that comes back gets again what it has not answered', async () => {
    await world.store.commands.add(revert('1'))
    await world.store.commands.add(revert('2'))
    const first = await connect()
    await eventually(() => expect(idsOf(first)).toEqual(['1', '2']))
    await first.complete('1', result)
    await first.stop()
    const second = await connect()
    await eventually(() => expect(idsOf(second)).toEqual(['2']))
  })

  test('takes the place of its earlier session', async () => {
    const first = await connect()
    const second = await connect()
    await world.store.commands.add(revert('1'))
    await eventually(() => expect(idsOf(second)).toEqual(['1']))
    await second.complete('1', result)
    await eventually(async () => {
      const { sessionId } = (await world.store.clusters.named('dev'))!
      expect(await world.store.clusters.seen('dev', sessionId!)).toBe(true)
    })
    await world.store.commands.add(revert('2'))
    await eventually(() => expect(idsOf(second)).toEqual(['1', '2']))
    expect(idsOf(first)).not.toContain('2')
  })

  test('is told nothing by a token that is wrong, missing or revoked', async () => {
    const hello = (withToken: string) =>
      agentClient(world.server.url, withToken).hello({ version: '0.1.0', kubernetesVersion: 'v1.36.3' })
    expect(await codeOf(hello('plumbline_agent_wrong'))).toBe(Code.Unauthenticated)
    expect(await codeOf(hello(''))).toBe(Code.Unauthenticated)
    expect(await codeOf(hello(token))).toBeNull()
    await createClusterRegistry(world.store).revoke('dev')
    expect(await codeOf(hello(token))).toBe(Code.Unauthenticated)
  })

  test('that is revoked while it listens hears no more', async () => {
    const agent = await connect()
    await createClusterRegistry(world.store).revoke('dev')
    await world.store.commands.add(revert('1'))
    await agent.ended
    expect(idsOf(agent)).toEqual([])
  })

  test("cannot answer another cluster's command", async () => {
    await world.store.commands.add(revert('1', { cluster: 'prod' }))
    const agent = await connect()
    expect(await codeOf(agent.complete('1', result))).toBe(Code.NotFound)
    expect(await codeOf(agent.complete('nonsense', result))).toBe(Code.NotFound)
    expect((await world.store.commands.byId('1'))?.state).toBe('pending')
  })

  test('cannot answer in the name of another cluster, or about another application', async () => {
    await world.store.commands.add(revert('1'))
    const agent = await connect()
    const about = (options: Parameters<typeof aSyncResult>[0]) =>
      codeOf(agent.complete('1', { kind: 'revert', result: aSyncResult(options) }))
    expect(await about({ cluster: 'prod' })).toBe(Code.InvalidArgument)
    expect(await about({ application: 'shop' })).toBe(Code.InvalidArgument)
    const plan = { kind: 'plan', outcome: { kind: 'planned', plan: aPlan() } } as const
    expect(await codeOf(agent.complete('1', plan))).toBe(Code.InvalidArgument)
    expect(await codeOf(agent.complete('1', {} as typeof result))).toBe(Code.InvalidArgument)
    expect(await about({})).toBeNull()
  })

  test('may answer twice: the first answer stays', async () => {
    await world.store.commands.add(revert('1'))
    const agent = await connect()
    await agent.complete('1', result)
    await agent.complete('1', { kind: 'revert', result: aSyncResult({ outcome: 'failed' }) })
    expect((await world.store.commands.byId('1'))?.result).toEqual(result)
  })

  test('cannot report drift of another cluster', async () => {
    const agent = await connect()
    const report = {
      application: 'guestbook',
      cluster: 'prod',
      namespace: 'guestbook',
      revision: null,
      drifted: [],
      healed: [],
      fight: null,
      observedAt: '2026-01-05T10:00:00Z',
    }
    expect(await codeOf(agent.reportDrift(report))).toBe(Code.PermissionDenied)
    expect(await codeOf(agent.reportDrift({ ...report, cluster: 'dev' }))).toBeNull()
  })
})

describe('a git credential', () => {
  const ask = (cloneUrl: string) => agentClient(world.server.url, token).getGitCredential({ cloneUrl })

  test('is for repositories that the cluster has to do with, and no other', async () => {
    const repository = await world.repository('shop', { 'README.md': 'shop' })
    await world.repository('secret', { 'README.md': 'secret' })
    const cloneUrl = `${world.github.url}/acme/shop.git`
    const other = `${world.github.url}/acme/secret.git`
    expect(await codeOf(ask(cloneUrl))).toBe(Code.PermissionDenied)

    const ref = { ...aRepository, host: new URL(world.github.url).host, cloneUrl }
    const plan = {
      kind: 'plan',
      application: anApplication(),
      removed: false,
      baseApplication: null,
      repository: ref,
      base: revision('a'),
      head: revision('b'),
    } as const
    await world.store.commands.add(revert('1', { command: plan }))
    const credential = await ask(cloneUrl.replace(/\.git$/, ''))
    expect(credential.username).toBe('x-access-token')
    expect(credential.password).not.toBe('')
    expect(await codeOf(ask(other))).toBe(Code.PermissionDenied)
    expect(repository.name).toBe('shop')
    expect(world.log.join('\n')).not.toContain(credential.password)
  })
})
