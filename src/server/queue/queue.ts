import type { Records } from '../store/store.ts'
import type { Job, QueuedJob } from './job.ts'

/** What happens to a job whose handler rejected. */
export type Failure =
  /** Done again after a while: longer each time, or as the error asks. */
  | { readonly kind: 'retry'; readonly afterSeconds: number | null }
  /** Doing it again would not help. */
  | { readonly kind: 'give-up' }
  /** There is nothing left to do it for, and nobody to tell. */
  | { readonly kind: 'end' }

export interface JobContext {
  readonly traceId: string
  /** Counts from 1. */
  readonly attempt: number
  /** Aborts when the server stops or another one has taken the job over. */
  readonly signal: AbortSignal
}

export interface Worker {
  run(job: Job, context: JobContext): Promise<void>
  /** Decides about an error of `run`. */
  failureOf(error: unknown): Failure
  /** Called once when nobody will do the job any more. Must not reject. */
  gaveUp(job: Job, context: JobContext, error: unknown): Promise<void>
}

/**
 * Durable jobs on the server's own database: at least once, in order per {@link jobKey}. A job whose server dies is taken over by
 * another within seconds.
 */
export interface Queue {
  /** Adds a job, as part of the transaction that `records` belong to. Jobs of one key added in one transaction have no order. */
  enqueue(records: Records, queued: QueuedJob, options?: { readonly afterSeconds?: number }): Promise<void>
  /** Starts doing jobs, several at a time. */
  work(worker: Worker): Promise<void>
  /** Takes no new job, aborts those that run and resolves when they have ended. They are done again later. */
  stop(): Promise<void>
}
