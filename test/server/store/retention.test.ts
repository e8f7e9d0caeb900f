import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultSettings } from '../../../src/model/settings.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { anApplication, aPlan, aPullRequest, aRepository, revision } from '../builders/application.ts'
import { databases, emptied } from '../databases.ts'

const days = { supersededPlans: 7, plansOfEnded: 90, commands: 30, pushers: 365 }

describe.each(databases())('what is kept on $name', ({ open }) => {
  let store: Store
  beforeAll(async () => {
    store = await open()
  })
  beforeEach(() => emptied(store))
  afterAll(() => store.close())

  async function pullRequest(number: number, state: 'open' | 'merged'): Promise<number> {
    const key = await store.repositories.save(aRepository)
    return (await store.pullRequests.save(key, aPullRequest({ number, state }))).id
  }

  /** A plan with one object, made so many days ago. */
  async function planOf(pullRequest: number, ago: number): Promise<number> {
    const deadline = new Date().toISOString()
    const commandId = `command-${Math.random()}`
    const plan = await store.plans.add({
      pullRequest,
      head: revision('b'),
      base: revision('a'),
      problems: [],
      settings: defaultSettings,
      awaitsMaintainer: false,
      deadline,
      page: `page-${commandId}`,
    })
    const application = anApplication()
    await store.plans.addApplications(plan, [{ application, removed: false, commandId, problems: [] }])
    await store.plans.settle(plan, commandId, { kind: 'planned', plan: aPlan() })
    await sql`update plans set created_at = now() - make_interval(days => ${ago}) where id = ${plan}`.execute(
      store.sql,
    )
    return plan
  }

  const kept = async () =>
    (await store.sql.selectFrom('plans').select('id').orderBy('id').execute()).map(it => it.id)

  test('the newest plan of an open pull request stays however old it is; those before it go after a week', async () => {
    const open = await pullRequest(1, 'open')
    await planOf(open, 300)
    const recent = await planOf(open, 6)
    const newest = await planOf(open, 200)
    await store.retention.forget(days)
    expect(await kept()).toEqual([recent, newest])
    const objects = await store.sql.selectFrom('planned_objects').select('plan').orderBy('plan').execute()
    expect(objects.map(it => it.plan)).toEqual([recent, newest])
  })

  test('the last plan of a pull request that is over goes after ninety days', async () => {
    const [merged, longMerged] = [await pullRequest(2, 'merged'), await pullRequest(3, 'merged')]
    const last = await planOf(merged, 89)
    await planOf(longMerged, 91)
    await store.retention.forget(days)
    expect(await kept()).toEqual([last])
    expect(await store.plans.latest(longMerged)).toBeNull()
  })

  test('who pushed a commit goes after a year, unless it is the head of a pull request', async () => {
    await pullRequest(4, 'merged')
    const repository = await store.repositories.save(aRepository)
    const note = (digit: string, person: string) =>
      store.pushers.note({ repository, head: revision(digit), person })
    await note('b', 'alice')
    await note('c', 'alice')
    await sql`update pushers set told_at = now() - interval '366 days'`.execute(store.sql)
    await note('d', 'alice')
    await store.retention.forget(days)
    const left = await store.sql.selectFrom('pushers').select('head').orderBy('head').execute()
    expect(left.map(it => it.head)).toEqual([revision('b'), revision('d')])
  })

  test('commands that nobody waits for go after a month, others stay', async () => {
    const add = (id: string) =>
      store.commands.add({
        id,
        cluster: 'dev',
        application: 'guestbook',
        command: { kind: 'rollback', application: 'guestbook', to: null, by: null },
        deadline: new Date(Date.now() + 60_000).toISOString(),
        traceId: 't',
        purpose: { kind: 'plan', plan: 1, repository: 'r', number: 1 },
      })
    for (const id of ['waits', 'withdrawn', 'fresh']) await add(id)
    await store.commands.withdraw(['withdrawn', 'fresh'])
    await sql`update commands set created_at = now() - interval '31 days' where id <> 'fresh'`.execute(
      store.sql,
    )
    await store.retention.forget(days)
    const left = await store.sql.selectFrom('commands').select('id').orderBy('id').execute()
    expect(left.map(it => it.id)).toEqual(['fresh', 'waits'])
  })
})
