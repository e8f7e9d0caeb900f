import { fromKysely, type JobWithMetadata, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { notify } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import { jobKey, type QueuedJob } from './job.ts'
import type { JobContext, Queue, Worker } from './queue.ts'
import { gatherTeam, type Team } from './team.ts'

const queueName = 'jobs'
const hint = 'jobs'

/** A job that fails for passing reasons is tried for about an hour. */
const options = {
  // Its hint wakes every worker for every job; ours wakes one at a time.
  notify: false,
  // A dead worker is noticed by its missing heartbeat; a hanging one by the limit.
  heartbeatSeconds: 10,
  expireInSeconds: 600,
  retryLimit: 20,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 300,
  deleteAfterSeconds: 24 * 60 * 60,
} as const

export async function createQueue(deps: {
  readonly store: Store
  readonly logger: Logger
  /** Jobs done at a time. */
  readonly concurrency?: number
}): Promise<Queue> {
  const { store, logger } = deps
  const boss = new PgBoss({
    ...store.queueOptions,
    schema: 'plumbline_jobs',
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    schedule: false,
  })
  boss.on('error', error => logger.error({ err: error }, 'the job queue had an error'))
  boss.on('warning', warning => logger.warn({ warning }, 'the job queue warns'))
  await boss.start()
  await boss.createQueue(queueName, { policy: 'key_strict_fifo', ...options })
  await boss.updateQueue(queueName, options)
  // Fills pg-boss's cache of queues: inside a transaction on the embedded database it could not be read.
  await boss.getBlockedKeys(queueName)
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()

  async function runOne(worker: Worker, job: JobWithMetadata<QueuedJob>): Promise<void> {
    const context: JobContext = {
      traceId: job.data.traceId,
      attempt: job.retryCount + 1,
      signal: AbortSignal.any([job.signal, stopping.signal]),
    }
    const log = logger.child({ traceId: context.traceId, job: job.data.job.kind, attempt: context.attempt })
    const startedAt = performance.now()
    try {
      await worker.run(job.data.job, context)
      log.info({ milliseconds: Math.round(performance.now() - startedAt) }, 'job done')
    } catch (error) {
      await settleFailed({ worker, job, context, error, log })
    }
  }

  async function settleFailed(failed: {
    readonly worker: Worker
    readonly job: JobWithMetadata<QueuedJob>
    readonly context: JobContext
    readonly error: unknown
    readonly log: Logger
  }): Promise<void> {
    const { worker, job, context, error, log } = failed
    const failure = worker.failureOf(error)
    if (context.signal.aborted) {
      log.info('job interrupted; it will be done again')
      await boss.fail(queueName, { id: job.id, retryCount: job.retryCount }, { interrupted: true })
    } else if (failure.kind === 'end') {
      log.info({ reason: error instanceof Error ? error.message : String(error) }, 'job ended')
    } else if (failure.kind === 'give-up' || job.retryCount >= job.retryLimit) {
      log.error({ err: error }, 'job given up')
      await worker.gaveUp(job.data.job, context, error)
      // It ends as completed: a failed job would hold back all that come after it under the same key.
    } else {
      log.warn({ err: error, afterSeconds: failure.afterSeconds }, 'job failed; it will be tried again')
      const attempt = { id: job.id, retryCount: job.retryCount }
      await boss.fail(queueName, attempt, { message: error instanceof Error ? error.message : String(error) })
      if (failure.afterSeconds !== null) {
        await boss.update(queueName, undefined, { id: job.id, startAfter: Math.ceil(failure.afterSeconds) })
      }
    }
  }

  /** Jobs that a killed process left behind. Nobody else can hold one when the database is not shared. */
  async function takeBack(): Promise<void> {
    if (!store.shared) {
      const jobs = await boss.findJobs<QueuedJob>(queueName)
      const left = jobs.filter(it => it.state === 'active').map(it => it.id)
      if (left.length > 0) await boss.fail(queueName, left, { interrupted: true })
    }
    await releaseKeys()
  }

  /** A job that ended its process time after time counts as failed, and would hold back its key for good. */
  async function releaseKeys(): Promise<void> {
    for (const key of await boss.getBlockedKeys(queueName)) {
      for (const job of await boss.findJobs<QueuedJob>(queueName, { key })) {
        if (job.state !== 'failed') continue
        logger.error({ traceId: job.data.traceId, job: job.data.job.kind, key }, 'job given up')
        await boss.deleteJob(queueName, job.id)
      }
    }
  }

  let releasing: NodeJS.Timeout | null = null
  let team: Team | null = null

  return {
    async enqueue(records, queued, { afterSeconds } = {}) {
      await boss.send(queueName, queued, {
        singletonKey: jobKey(queued.job),
        db: fromKysely(records.sql),
        ...(afterSeconds === undefined ? {} : { startAfter: Math.ceil(afterSeconds) }),
      })
      if (afterSeconds === undefined) await notify(records.sql, hint)
    },
    async work(worker) {
      await takeBack()
      releasing = setInterval(() => {
        releaseKeys().catch((error: unknown) => logger.error({ err: error }, 'the job queue had an error'))
      }, 60_000)
      const begin = (run: (job: JobWithMetadata<QueuedJob>) => Promise<void>) =>
        boss.work<QueuedJob>(
          queueName,
          { includeMetadata: true, batchSize: 1, pollingIntervalSeconds: 60 },
          async ([job]) => {
            if (job) await run(job as JobWithMetadata<QueuedJob>)
          },
        )
      team = await gatherTeam(
        {
          size: deps.concurrency ?? 4,
          begin,
          wake: id => boss.notifyWorker(id),
          listen: heard => store.listen(it => it === hint && heard()),
        },
        async job => {
          const run = runOne(worker, job)
          running.add(run)
          await run.finally(() => running.delete(run))
        },
      )
    },
    async stop() {
      if (releasing) clearInterval(releasing)
      await team?.dismiss()
      stopping.abort(new Error('the server stops'))
      await Promise.allSettled(running)
      await boss.stop({ graceful: true, timeout: 10_000, close: true })
    },
  }
}
