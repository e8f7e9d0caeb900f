import { afterAll, beforeAll, expect, test } from 'vitest'
import { accept } from '../../src/server/accept.ts'
import type { Queue } from '../../src/server/queue/queue.ts'
import type { Store } from '../../src/server/store/store.ts'
import { aRepository } from './builders/application.ts'
import { openStore } from './databases.ts'

let store: Store
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.close())

const queue = (enqueue: Queue['enqueue']) => ({ enqueue }) as Queue
const event = { kind: 'pull-request-changed', repository: aRepository, number: 1 } as const
const stateOf = async (id: string) => (await store.redeliveries.of([id])).get(id)

test('a webhook that was asked for again counts as arrived once it is kept', async () => {
  await store.redeliveries.noteAsked('kept')
  const full = queue(() => Promise.reject(new Error('the disk is full')))
  const delivery = { id: 'kept', name: 'pull_request.opened', event }
  await expect(accept({ store, queue: full }, delivery)).rejects.toThrow('the disk is full')
  expect(await stateOf('kept')).toMatchObject({ arrived: false })
  expect(await store.deliveries.among(['kept'])).toEqual(new Set())
  const works = queue(() => Promise.resolve())
  expect(await accept({ store, queue: works }, delivery)).toMatchObject({ kind: 'queued' })
  expect(await stateOf('kept')).toMatchObject({ arrived: true })
})

test('one that says nothing to us counts as arrived', async () => {
  await store.redeliveries.noteAsked('ignored')
  const none = queue(() => Promise.reject(new Error('nothing is to be done')))
  const delivery = { id: 'ignored', name: 'star.created', event: { kind: 'ignored' } } as const
  expect(await accept({ store, queue: none }, delivery)).toEqual({ kind: 'ignored' })
  expect(await stateOf('ignored')).toMatchObject({ arrived: true })
})
