import type { Logger } from 'pino'
import type { GitCache } from '../../git/repository.ts'
import type { ReadingMemory } from '../../repository/reading-memory.ts'
import type { Forges } from '../forges.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import type { Pace } from './pace.ts'

/** What every job works with. */
export interface JobDeps {
  readonly store: Store
  readonly queue: Queue
  readonly forges: Forges
  readonly git: GitCache
  /** What the files of repositories said. */
  readonly readings: ReadingMemory
  readonly logger: Logger
  /** How people reach this server, without trailing slash; null when they cannot, and nothing links to it. */
  readonly publicUrl: string | null
  readonly patience: Patience
  readonly clock: () => Date
  /** When this server started: what it could not hear before is nobody's silence. */
  readonly startedAt: Date
}

/** How long agents are waited for, in seconds. */
export interface Patience {
  /** For an agent to take a plan command. After it the agent counts as offline. */
  readonly takePlan: number
  /** For an agent that took one to answer. */
  readonly answerPlan: number
  /** For an agent to take a sync or revert: it does so when it is back. */
  readonly takeSync: number
  /** For more commits to come to a branch before open pull requests into it are looked at. */
  readonly baseMoves: number
  /** Between two plans of one pull request that nobody asked for. */
  readonly planAgain: number
  /** Without a sign of life an agent is offline after this long. */
  readonly silence: number
  /** For plans that come at once: a check that says "planning" is sent only when they take longer. */
  readonly quickPlan: number
  /** Between two edits of one comment or check. */
  readonly betweenEdits: number
}

export const defaultPatience: Patience = {
  takePlan: 60,
  answerPlan: 600,
  takeSync: 24 * 3600,
  baseMoves: 3,
  planAgain: 60,
  silence: 30,
  quickPlan: 2,
  betweenEdits: 5,
}

/** How often one thing is edited. */
export function paceOf({ patience, clock }: JobDeps): Pace {
  return { secondsBetweenEdits: patience.betweenEdits, clock }
}

export function inSeconds(clock: () => Date, seconds: number): string {
  return new Date(clock().getTime() + seconds * 1000).toISOString()
}
