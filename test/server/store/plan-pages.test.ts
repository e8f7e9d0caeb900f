import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Change } from '../../../src/model/plan.ts'
import { defaultSettings } from '../../../src/model/settings.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { aPlan, anApplication, aPullRequest, aRepository, revision } from '../builders/application.ts'
import { databases, emptied } from '../databases.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

describe.each(databases())('a plan as its page reads it, on $name', ({ open }) => {
  let store: Store
  beforeAll(async () => {
    store = await open()
  })
  beforeEach(() => emptied(store))
  afterAll(() => store.close())

  const [example] = aPlan().changes

  function changes(amount: number): readonly Change[] {
    return Array.from({ length: amount }, (_, index) => ({
      ...example!,
      id: `/ConfigMap/shop/settings-${index}` as const,
      origin: index === 0 ? ('drift' as const) : ('pull-request' as const),
      note: 'a\u0000b \ud800',
    }))
  }

  async function planned(page: string, amount: number) {
    const repository = await store.repositories.save(aRepository)
    const pullRequest = await store.pullRequests.save(repository, aPullRequest())
    const plan = await store.plans.add({
      pullRequest: pullRequest.id,
      head: revision('b'),
      base: revision('a'),
      problems: [],
      settings: defaultSettings,
      awaitsMaintainer: false,
      deadline: new Date().toISOString(),
      page,
    })
    const applications = ['dev', 'prod'].map(cluster => ({
      application: anApplication({ cluster }),
      removed: false,
      commandId: `${page} ${cluster}`,
      problems: [],
    }))
    await store.plans.addApplications(plan, applications)
    await store.plans.settle(plan, `${page} dev`, {
      kind: 'planned',
      plan: aPlan({ changes: changes(amount) }),
    })
    return { plan, pullRequest }
  }

  async function all(plan: number) {
    const found = []
    for await (const some of store.planPages.objectsInFull(plan)) found.push(...some)
    return found
  }

  test('comes object by object, drift last, and is what the agent said', async () => {
    const { plan } = await planned('of-the-plan', 1203)
    const found = await all(plan)
    expect(found.map(it => it.position)).toEqual(Array.from({ length: 1203 }, (_, at) => at))
    expect(found.at(-1)?.change).toEqual(changes(1)[0])
    const lines = []
    for await (const some of store.planPages.objects(plan)) lines.push(...some.map(it => it.line))
    expect(lines).toEqual(found.map(it => it.line))
    expect(lines[0]).toMatchObject({ id: '/ConfigMap/shop/settings-1', added: 1, removed: 1, severity: null })
    const place = { plan, application: 'guestbook', cluster: 'dev' }
    expect(await store.planPages.changesAt(place, [7, 99_999])).toEqual([
      { position: 7, change: changes(9)[8] },
    ])
  })

  test('has an outline without any object', async () => {
    await planned('of-the-plan', 3)
    const found = await store.planPages.at('of-the-plan')
    expect(found?.outlines[0]).toMatchObject({ objects: 3, drifted: 1, riskCount: 0 })
    expect(found?.outlines[1]).toBeNull()
    expect(found?.plan.applications.map(it => it.status.kind)).toEqual(['planned', 'pending'])
    expect(found?.plan.applications[0]?.status).toMatchObject({ plan: { changes: [] } })
  })

  test("a pull request's page is that of its newest plan", async () => {
    const { pullRequest } = await planned('older', 1)
    const { plan } = await planned('newer', 2)
    const newest = await store.planPages.at(pullRequest.page)
    expect(newest).toMatchObject({ plan: { id: plan, page: 'newer' }, isOutdated: false })
    expect(await store.planPages.at('older')).toMatchObject({ plan: { page: 'older' }, isOutdated: true })
    expect(await store.planPages.at('nobodys')).toBeNull()
  })

  test('that an earlier version kept whole is taken apart when somebody looks', async () => {
    const { plan } = await planned('of-the-plan', 5)
    const before = await all(plan)
    await store.sql.deleteFrom('planned_objects').execute()
    await store.sql.updateTable('planned_applications').set({ outline: null }).execute()
    expect((await store.planPages.at('of-the-plan'))?.outlines[0]?.objects).toBe(5)
    expect(await all(plan)).toEqual(before)
  })
})
