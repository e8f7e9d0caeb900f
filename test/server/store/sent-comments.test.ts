import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/server/store/store.ts'
import { aPullRequest, aRepository } from '../builders/application.ts'
import { openStore } from '../databases.ts'

let store: Store
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.close())

test('how often a comment was touched is counted by its being put back, until there is an hour of peace', async () => {
  const key = await store.repositories.save(aRepository)
  const { id: pullRequest } = await store.pullRequests.save(key, aPullRequest())
  const putBack = () =>
    store.sentComments.save(pullRequest, 'plan', { id: '7', contentHash: 'x', editedAt: null })
  const touched = () => store.sentComments.touched(key, '7')
  const minutesLater = (minutes: number) =>
    sql`update sent_comments set touched_at = touched_at - make_interval(mins => ${minutes})`.execute(
      store.sql,
    )
  expect(await touched()).toBeNull()
  await putBack()
  expect(await touched()).toEqual({ pullRequest, times: 1 })
  // It is to be put back anyway.
  expect(await touched()).toBeNull()
  for (const times of [2, 3]) {
    await putBack()
    expect(await touched()).toEqual({ pullRequest, times })
  }
  await putBack()
  await minutesLater(59)
  expect(await touched()).toEqual({ pullRequest, times: 4 })
  // Nobody did put it back.
  await minutesLater(61)
  expect(await touched()).toEqual({ pullRequest, times: 1 })
  await putBack()
  await minutesLater(61)
  expect(await touched()).toEqual({ pullRequest, times: 1 })
})
