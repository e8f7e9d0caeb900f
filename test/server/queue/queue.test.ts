import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createQueue } from '../../../src/server/queue/create-queue.ts'
import type { Job } from '../../../src/server/queue/job.ts'
import type { JobContext, Queue, Worker } from '../../../src/server/queue/queue.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { eventually } from '../../stage/eventually.ts'
import { aRepository } from '../builders/application.ts'
import { databases, emptied } from '../databases.ts'

const logger = pino({ level: 'silent' })

function pullRequestChanged(number: number): Job {
  return { kind: 'pull-request-changed', repository: aRepository, number }
}

function workerOf(
  run: (job: Job, context: JobContext) => Promise<void>,
  options: Partial<Worker> = {},
): Worker {
  return { run, failureOf: () => ({ kind: 'retry', afterSeconds: null }), gaveUp: async () => {}, ...options }
}

describe.each(databases())('the queue on $name', ({ open }) => {
  let store: Store
  let queue: Queue
  beforeAll(async () => {
    store = await open()
  })
  beforeEach(async () => {
    await emptied(store)
    queue = await createQueue({ store, logger })
  })
  afterEach(() => queue.stop())
  afterAll(() => store.close())

  const enqueue = (job: Job) => queue.enqueue(store, { traceId: 'trace', job })

  test('a job is added with its transaction or not at all', async () => {
    const done: Job[] = []
    await queue.work(workerOf(async job => void done.push(job)))
    await expect(
      store.transaction(async records => {
        await queue.enqueue(records, { traceId: 't', job: pullRequestChanged(1) })
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await store.transaction(records => queue.enqueue(records, { traceId: 't', job: pullRequestChanged(2) }))
    await eventually(() => expect(done).toEqual([pullRequestChanged(2)]))
  })

  test('jobs of one key run one at a time and in order; another key does not wait for them', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    await queue.work(
      workerOf(async (job, { traceId }) => {
        log.push(`begin ${traceId}`)
        if (traceId === '1a') await gate.promise
        log.push(`end ${traceId}`)
      }),
    )
    for (const traceId of ['1a', '1b', '1c']) {
      await queue.enqueue(store, { traceId, job: pullRequestChanged(1) })
    }
    await queue.enqueue(store, { traceId: '2a', job: pullRequestChanged(2) })
    await eventually(() => expect(log).toContain('end 2a'))
    expect(log.filter(it => it.includes('1'))).toEqual(['begin 1a'])
    gate.resolve()
    await eventually(() => expect(log).toContain('end 1c'))
    expect(log.filter(it => it.includes('1'))).toEqual([
      'begin 1a',
      'end 1a',
      'begin 1b',
      'end 1b',
      'begin 1c',
      'end 1c',
    ])
  })

  test('a job that fails is tried again before the next of its key', async () => {
    const log: string[] = []
    await queue.work(
      workerOf(
        async (job, { traceId, attempt }) => {
          log.push(`${traceId}/${attempt}`)
          if (traceId === 'a' && attempt === 1) throw new Error('busy')
        },
        { failureOf: () => ({ kind: 'retry', afterSeconds: 1 }) },
      ),
    )
    await queue.enqueue(store, { traceId: 'a', job: pullRequestChanged(1) })
    await queue.enqueue(store, { traceId: 'b', job: pullRequestChanged(1) })
    await eventually(() => expect(log).toEqual(['a/1', 'a/2', 'b/1']))
  })

  test('a job that cannot succeed is given up and does not hold back the next', async () => {
    const done: string[] = []
    const givenUp: unknown[] = []
    await queue.work(
      workerOf(
        async (job, { traceId }) => {
          if (traceId === 'a') throw new Error('never')
          done.push(traceId)
        },
        {
          failureOf: () => ({ kind: 'give-up' }),
          gaveUp: async (job, context, error) => void givenUp.push((error as Error).message),
        },
      ),
    )
    await queue.enqueue(store, { traceId: 'a', job: pullRequestChanged(1) })
    await queue.enqueue(store, { traceId: 'b', job: pullRequestChanged(1) })
    await eventually(() => expect(done).toEqual(['b']))
    expect(givenUp).toEqual(['never'])
  })

  test('a job that was interrupted by a stop is done by the next server', async () => {
    const begun = Promise.withResolvers<void>()
    await queue.work(
      workerOf(async (job, { signal }) => {
        begun.resolve()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
      }),
    )
    await enqueue(pullRequestChanged(1))
    await begun.promise
    await queue.stop()
    queue = await createQueue({ store, logger })
    const done: Job[] = []
    await queue.work(workerOf(async job => void done.push(job)))
    await eventually(() => expect(done).toEqual([pullRequestChanged(1)]))
  })

  test('a job for later waits', async () => {
    const done: string[] = []
    await queue.work(workerOf(async (job, { traceId }) => void done.push(traceId)))
    await queue.enqueue(store, { traceId: 'later', job: pullRequestChanged(1) }, { afterSeconds: 1 })
    await queue.enqueue(store, { traceId: 'now', job: pullRequestChanged(1) })
    await eventually(() => expect(done).toEqual(['now', 'later']))
  })

  test('two hundred jobs of ten keys, added side by side, are all done in order', async () => {
    const done = new Map<number, number[]>()
    await queue.work(
      workerOf(async (job, { traceId }) => {
        if (job.kind !== 'pull-request-changed') return
        done.set(job.number, [...(done.get(job.number) ?? []), Number(traceId)])
      }),
    )
    await Promise.all(
      Array.from({ length: 10 }, async (_, key) => {
        for (let i = 0; i < 20; i++) {
          await store.transaction(records =>
            queue.enqueue(records, { traceId: String(i), job: pullRequestChanged(key) }),
          )
        }
      }),
    )
    await eventually(() => expect([...done.values()].flat()).toHaveLength(200))
    for (const order of done.values()) expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })
})
