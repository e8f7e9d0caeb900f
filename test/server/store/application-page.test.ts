import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { HealRecord } from '../../../src/model/drift.ts'
import { defaultSettings } from '../../../src/model/settings.ts'
import { applicationByPage } from '../../../src/server/application-by-page.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { anApplication, aRepository, revision } from '../builders/application.ts'
import { databases, emptied } from '../databases.ts'

const dev = { name: 'guestbook', cluster: 'dev' }
const prod = { name: 'guestbook', cluster: 'prod' }

/** At a second of its own, or at the same as others. */
function heal(second: number, object = 'settings'): HealRecord {
  return {
    id: `/ConfigMap/guestbook/${object}`,
    at: new Date(Date.UTC(2026, 0, 5) + second * 1000).toISOString(),
    fields: [{ path: '/data/mode', from: 'slow', to: 'fast', manager: 'kubectl', user: null }],
    deletedBy: null,
  }
}
const heals = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => heal(from + at))

describe.each(databases())('what the page of an application tells, on $name', ({ open }) => {
  let store: Store
  let repository: string
  beforeAll(async () => {
    store = await open()
  })
  beforeEach(async () => {
    await emptied(store)
    repository = await store.repositories.save(aRepository)
    await define(repository)
    await define(repository, 'prod')
  })
  afterAll(() => store.close())

  const define = (from: string, cluster = 'dev') =>
    store.applications.define({
      repository: from,
      application: anApplication({ cluster }),
      settings: defaultSettings,
      branch: 'main',
    })
  const kept = async () => {
    const rows = await store.sql.selectFrom('heals').select('cluster').execute()
    return rows.filter(it => it.cluster === 'dev').length
  }

  test('heals are all counted, and the newest 200 kept', async () => {
    await store.applications.noteHeals(prod, [heal(0)])
    await store.applications.noteHeals(dev, heals(0, 150))
    await store.applications.noteHeals(dev, heals(100, 260))
    expect(await kept()).toBe(200)
    expect(await store.applications.heals(dev, 2)).toEqual({ total: 260, recent: [heal(259), heal(258)] })
    expect((await store.applications.heals(dev, 1000)).recent.at(-1)).toEqual(heal(60))
    expect(await store.applications.heals(prod, 2)).toEqual({ total: 1, recent: [heal(0)] })
  })

  test('heals that are told again are not counted again, those that were dropped neither', async () => {
    const atOnce = Array.from({ length: 300 }, (_, at) => heal(7, `c-${at}`))
    const told = [...heals(0, 7), ...atOnce]
    await store.applications.noteHeals(dev, told)
    const before = await store.applications.heals(dev, 1000)
    expect([before.total, before.recent.length]).toEqual([307, 200])
    await store.applications.noteHeals(dev, told)
    await store.applications.noteHeals(dev, told.slice(0, 5))
    expect(await store.applications.heals(dev, 1000)).toEqual(before)
    await store.applications.noteHeals(dev, [heal(8), heal(8)])
    const after = await store.applications.heals(dev, 1)
    expect(after).toEqual({ total: 308, recent: [heal(8)] })
    expect(await kept()).toBe(200)
  })

  test('it is another page, and empty, once another repository defines the application', async () => {
    const report = {
      application: 'guestbook',
      cluster: 'dev',
      namespace: 'guestbook',
      revision: revision('c'),
      drifted: [],
      healed: [],
      fight: null,
      observedAt: '2026-01-05T10:00:00Z',
    }
    for (const name of [dev, prod]) {
      await store.applications.noteHeals(name, heals(0, 3))
      await store.applications.noteDrift(name, { ...report, ...name }, report.observedAt)
    }
    await store.issues.save({
      key: 'drift/guestbook@dev',
      kind: 'drift',
      repository,
      application: 'guestbook',
      cluster: 'dev',
      number: 3,
      url: 'https://github.com/acme/shop/issues/3',
      state: 'open',
      bodyHash: null,
      openedAt: report.observedAt,
      closedAt: null,
    })
    const before = await store.applications.named(dev)
    expect((await applicationByPage(store, before!.page))?.issue?.number).toBe(3)
    const elsewhere = await store.applications.named(prod)
    await define(repository)
    expect(await store.applications.named(dev)).toEqual(before)
    expect((await store.applications.heals(dev, 10)).total).toBe(3)

    const other = await store.repositories.save({
      ...aRepository,
      fullName: 'acme/other',
      cloneUrl: 'https://github.com/acme/other.git',
    })
    await store.transaction(async records => {
      await records.applications.define({
        repository: other,
        application: anApplication(),
        settings: defaultSettings,
        branch: 'main',
      })
    })
    const after = await store.applications.named(dev)
    expect(after).toMatchObject({ repository: other, drift: null, driftSince: null })
    expect(after?.page).toMatch(/^[0-9a-f-]{36}$/)
    expect(after?.page).not.toBe(before?.page)
    expect(await applicationByPage(store, before!.page)).toBeNull()
    expect((await applicationByPage(store, after!.page))?.issue).toBeNull()
    expect(await store.applications.heals(dev, 10)).toEqual({ total: 0, recent: [] })
    expect(await kept()).toBe(0)
    expect(await store.applications.named(prod)).toEqual(elsewhere)
    expect((await store.applications.heals(prod, 10)).total).toBe(3)

    await store.applications.noteHeals(dev, heals(0, 1))
    await define(other)
    expect(await store.applications.named(dev)).toEqual(after)
    expect(await store.applications.heals(dev, 10)).toEqual({ total: 1, recent: [heal(0)] })
  })
})
