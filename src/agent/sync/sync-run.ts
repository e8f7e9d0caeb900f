import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Plan } from '../../model/plan.ts'
import type { ContainerLog, HookResult, ObjectHealth, SyncResult, SyncStatus } from '../../model/sync.ts'
import { createTextRedactor, secretValuesOf } from '../../engine/redact.ts'
import type { SyncContext } from './context.ts'
import { type Failure, failureOf } from './sync-failure.ts'
import type { SyncProgress } from './syncer.ts'

/** One sync on its way: what is known of it from its beginning, and what it has done so far. */
export interface SyncRun {
  readonly application: string
  readonly revision: string | null
  readonly startedAt: string
  readonly plan: Plan | null
  readonly applied: ObjectId[]
  readonly pruned: ObjectId[]
  /** Objects that left Git and are there still: being deleted, or until somebody confirms it. */
  readonly left: ObjectHealth[]
  /** Hooks that have ended. */
  readonly hooks: HookResult[]
  /** Objects with Secret content that may be quoted in errors and events. */
  readonly secrets: readonly KubernetesObject[]
  readonly onProgress: (progress: SyncProgress) => void
}

export interface Ending {
  readonly outcome: SyncStatus
  readonly rolledBack?: readonly ObjectId[]
  readonly health?: readonly ObjectHealth[]
  readonly events?: readonly string[]
  readonly logs?: readonly ContainerLog[]
  readonly error?: Failure | null
}

/** The result of a run, with every text cleansed of Secret content. */
export function resultOf(context: SyncContext, run: SyncRun, ending: Ending): SyncResult {
  const redact = redactorOf(run)
  const { error = null, health = [], events = [], logs = [] } = ending
  return {
    application: run.application,
    cluster: context.clusterName,
    outcome: ending.outcome,
    revision: run.revision,
    plan: run.plan,
    applied: [...run.applied],
    pruned: [...run.pruned],
    rolledBack: ending.rolledBack ?? [],
    health: redactedHealth(run, health),
    hooks: run.hooks.map(it => ({ ...it, message: redact(it.message) })),
    events: events.map(redact),
    // Together, for a value may have several lines.
    logs: logs.map(it => ({ ...it, lines: redact(it.lines.join('\n')).split('\n') })),
    error: error && { code: error.code, message: redact(error.message) },
    startedAt: run.startedAt,
    finishedAt: context.clock().toISOString(),
  }
}

/** Health as it may be remembered and told: conditions and pods quote what containers say. */
export function redactedHealth(
  run: Pick<SyncRun, 'secrets'>,
  health: readonly ObjectHealth[],
): readonly ObjectHealth[] {
  // Of thousands of objects, mostly none says anything.
  if (health.every(it => it.message === '')) return health
  const redact = redactorOf(run)
  return health.map(it => ({ id: it.id, status: it.status, message: redact(it.message) }))
}

/**
 * What a log may hold of an error: its words as a person may read them, for they quote webhooks and what containers said last. With its
 * stack only when nobody expected it.
 */
export function loggable(
  run: Pick<SyncRun, 'secrets'>,
  error: unknown,
): { readonly failure: Failure; readonly err?: unknown } {
  const { code, message } = failureOf(error)
  const failure = { code, message: redactorOf(run)(message) }
  return code === 'internal' ? { failure, err: error } : { failure }
}

export function redactorOf(run: Pick<SyncRun, 'secrets'>): (text: string) => string {
  return createTextRedactor(secretValuesOf(run.secrets))
}
