import { afterAll, beforeAll, expect, test } from 'vitest'
import { neighboursOf } from '../../../src/server/jobs/neighbours.ts'
import { openStore } from '../databases.ts'
import type { SyncRecord } from '../../../src/server/store/records/syncs.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { anApplication, aRepository, aSyncResult, revision } from '../builders/application.ts'

let store: Store
let repository = ''
beforeAll(async () => {
  store = await openStore()
  repository = await store.repositories.save(aRepository)
})
afterAll(() => store.close())

/** A push that touches these, as `name@cluster`; `-name@cluster` leaves Git. */
async function push(digit: string, ...names: readonly string[]): Promise<readonly SyncRecord[]> {
  const records: SyncRecord[] = []
  for (const text of names) {
    const [name = '', cluster = ''] = text.replace(/^-/, '').split('@')
    records.push(
      await store.syncs.add({
        repository,
        application: anApplication({ name, cluster }),
        branch: 'main',
        revision: revision(digit),
        removed: text.startsWith('-'),
        reviewedDigest: null,
        requireReviewed: false,
        pullRequest: null,
        status: 'pending',
      }),
    )
  }
  return records
}

const namesOf = async (sync: SyncRecord) =>
  (await neighboursOf(store, sync)).map(it => `${it.removed ? '-' : ''}${it.application.name}`).toSorted()

test('what changes together on one cluster is told, until a sync of it went well', async () => {
  const [first] = await push('1', 'shop@dev', 'shop@prod', 'bank@dev', '-old@dev')
  expect(await namesOf(first!)).toEqual(['-old', 'bank'])
  const [second] = await push('2', 'shop@dev', 'mail@dev')
  expect(await namesOf(second!)).toEqual(['-old', 'bank', 'mail'])
  expect(await namesOf(first!)).toEqual(['-old', 'bank'])
  await store.syncs.finish(second!.id, aSyncResult({ application: 'shop' }))
  const [third] = await push('3', 'shop@dev', 'news@dev')
  expect(await namesOf(third!)).toEqual(['news'])
})
