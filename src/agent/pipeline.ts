import type { Application } from '../model/application.ts'
import type {
  CommandEnvelope,
  CommandResult,
  PlanCommand,
  RevertCommand,
  RollbackCommand,
  SyncCommand,
} from '../model/command.ts'
import type { PlanOutcome } from '../model/plan.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { RepositoryRef } from '../model/repository.ts'
import { nothingSynced, type SyncResult } from '../model/sync.ts'
import type { Observed, WatchCommand, WatchResult } from '../model/watch.ts'
import type { SourceLocation } from '../model/problem.ts'
import type { Adopter } from './adopt/adopter.ts'
import { ClusterError } from './cluster/cluster.ts'
import { isFault, problemsOf } from './failure.ts'
import { observedBy } from '../engine/observed.ts'
import type { PlanWatch } from './observe/plan-watch.ts'
import type { Planner } from './plan/planner.ts'
import { createSiblings } from './siblings.ts'
import type { Sources } from './sources.ts'
import type { State } from './state/state.ts'
import { createStopwatch, type Stopwatch } from './stopwatch.ts'
import { rollbackRequest } from './sync/rollback-target.ts'
import { SyncCancelled, type Syncer } from './sync/syncer.ts'
import { createTurnsOfCommands } from './turns-of-commands.ts'

export interface PipelineDependencies {
  readonly sources: Sources
  readonly planner: Planner
  readonly syncer: Syncer
  readonly adopter: Adopter
  readonly state: State
  /** Missing: nothing is watched, and plans say nothing of what they depend on. */
  readonly planWatch?: PlanWatch
  readonly clusterName: string
  readonly clock: () => Date
  /** Told of failures that people cannot mend: their results have no details of them. */
  readonly onFault?: (cause: unknown, application: string) => void
  readonly onPlanned?: (made: MadePlan) => void
}

/** A plan that was made, and where its time went; milliseconds. */
export interface MadePlan {
  readonly application: string
  readonly traceId: string
  readonly spent: ReturnType<Stopwatch['spent']>
}

/**
 * What the agent does with a command, step by step: fetch and check out, render, then plan or sync. Whatever a person can
 * mend is a result; the promise rejects only when the agent itself is going away.
 */
export interface AgentPipeline {
  execute(envelope: CommandEnvelope, signal: AbortSignal): Promise<CommandResult>
}

export function createAgentPipeline(deps: PipelineDependencies): AgentPipeline {
  const turns = createTurnsOfCommands()
  return {
    async execute({ id, traceId, command }, signal) {
      switch (command.kind) {
        case 'plan':
          return { kind: 'plan', ...(await plan(deps, { traceId, command }, signal)) }
        case 'sync':
          return { kind: 'sync', result: await syncInTurn(id, command, signal) }
        case 'revert':
          return { kind: 'revert', result: await revert(deps, command, signal) }
        case 'rollback':
          return { kind: 'rollback', result: await rollBackInTurn(id, command, signal) }
        case 'adopt':
          return { kind: 'adopt', result: await deps.adopter.adopt(command, signal) }
        case 'watch':
          return { kind: 'watch', result: await watch(deps, command, signal) }
      }
    },
  }

  function syncInTurn(id: string, command: SyncCommand, signal: AbortSignal): Promise<SyncResult> {
    const work = (wanted: AbortSignal) => sync(deps, id, command, wanted)
    return turns.sync(command.application.name, command.revision, work, signal)
  }

  function rollBackInTurn(id: string, command: RollbackCommand, signal: AbortSignal): Promise<SyncResult> {
    const work = (cutShort: readonly SyncResult[]) => rollBack(deps, { id, command, cutShort }, signal)
    return turns.rollback(command.application, command.by, work, signal)
  }
}

/** Plan: merge head onto base, render both, compare with live. */
async function plan(
  deps: PipelineDependencies,
  { traceId, command }: { readonly traceId: string; readonly command: PlanCommand },
  signal: AbortSignal,
): Promise<{ readonly outcome: PlanOutcome; readonly observed?: readonly Observed[] }> {
  const { application, baseApplication, repository, base, head } = command
  const stopwatch = createStopwatch()
  try {
    const at = { base, head }
    const from = { repository, at, stopwatch }
    const rendered = command.removed ? [] : await deps.sources.render(application, from, signal)
    const baseline = await renderBase(deps, { baseApplication, repository, base, stopwatch }, signal)
    const siblings = createSiblings(deps, { repository, at, neighbours: command.neighbours ?? [] })
    const request = {
      application,
      head: rendered,
      base: baseline,
      revision: head,
      removed: command.removed,
      repository,
      siblings,
    }
    const planned = await stopwatch.time('plan', () => deps.planner.plan(request, signal))
    deps.onPlanned?.({ application: application.name, traceId, spent: stopwatch.spent() })
    const outcome = { kind: 'planned', plan: planned.plan } as const
    return deps.planWatch ? { outcome, observed: observedBy(planned.plan, planned.input) } : { outcome }
  } catch (cause) {
    if (signal.aborted) throw cause
    if (isFault(cause)) deps.onFault?.(cause, application.name)
    return { outcome: { kind: 'failed', problems: problemsOf(cause, application.definedIn) } }
  }
}

async function watch(
  { planWatch, clusterName }: PipelineDependencies,
  command: WatchCommand,
  signal: AbortSignal,
): Promise<WatchResult> {
  const nothing = { application: command.application.name, cluster: clusterName, changed: [] }
  return planWatch ? planWatch.watch(command, signal) : nothing
}

/** The base tells origins apart; when it does not render, every difference counts as the pull request's. */
async function renderBase(
  deps: PipelineDependencies,
  from: {
    readonly baseApplication: Application | null
    readonly repository: RepositoryRef
    readonly base: string
    readonly stopwatch: Stopwatch
  },
  signal: AbortSignal,
): Promise<readonly RenderedObject[] | null> {
  const { baseApplication, repository, base: at, stopwatch } = from
  if (!baseApplication) return []
  try {
    return await deps.sources.render(baseApplication, { repository, at, stopwatch }, signal)
  } catch (cause) {
    if (signal.aborted || cause instanceof ClusterError) throw cause
    return null
  }
}

/** Sync: render the revision, then hand it to the transaction. */
async function sync(
  deps: PipelineDependencies,
  id: string,
  command: SyncCommand,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { application, repository, revision, removed, reviewedDigest, requireReviewedPlan } = command
  const startedAt = deps.clock().toISOString()
  let rendered: readonly RenderedObject[] = []
  try {
    if (!removed) rendered = await deps.sources.render(application, { repository, at: revision }, signal)
  } catch (cause) {
    const about = { application: application.name, revision, startedAt }
    if (signal.reason instanceof SyncCancelled) {
      const { code, message } = signal.reason
      return endedEarly(deps, about, { outcome: 'waiting', error: { code, message } })
    }
    if (signal.aborted) throw cause
    return refused(deps, about, { cause, where: application.definedIn })
  }
  return deps.syncer.sync(
    {
      id,
      application,
      removed,
      repository,
      revision,
      rendered,
      reviewedDigest,
      requireReviewedPlan,
      confirmPrune: command.confirmPrune ?? false,
      siblings: createSiblings(deps, { repository, at: revision, neighbours: command.neighbours ?? [] }),
      asked: command.asked ?? false,
      trigger: command.trigger ?? null,
    },
    signal,
  )
}

interface Rollback {
  readonly id: string
  readonly command: RollbackCommand
  /** Ends of syncs that this rollback has cancelled. */
  readonly cutShort: readonly SyncResult[]
}

/** Rollback: what was under way is undone already; else, or when more was asked for, an earlier set is synced. */
async function rollBack(
  deps: PipelineDependencies,
  { id, command, cutShort }: Rollback,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { application, to, by } = command
  const startedAt = deps.clock().toISOString()
  const undone = cutShort.find(it => it.outcome === 'failed') ?? cutShort.find(isPutBack) ?? cutShort.at(-1)
  if (undone && (to === null || undone.outcome === 'failed')) {
    if (undone.outcome === 'waiting') await holdBack(deps, undone, signal)
    return undone
  }
  try {
    const request = await rollbackRequest(deps.state, { id, application, to, by }, signal)
    return await deps.syncer.sync(request, signal)
  } catch (cause) {
    if (signal.aborted) throw cause
    return refused(deps, { application, revision: null, startedAt }, { cause, where: null })
  }
}

function isPutBack({ outcome }: SyncResult): boolean {
  return outcome === 'rolled-back'
}

/** A sync that was cancelled before its first write has left no trace; all the same it is not to come by itself. */
async function holdBack(
  { state }: PipelineDependencies,
  { application, revision }: SyncResult,
  signal: AbortSignal,
): Promise<void> {
  const managed = await state.get(application, signal)
  if (managed) await state.saveStatus(application, { heldBack: { revision, digest: null } }, signal)
}

async function revert(
  deps: PipelineDependencies,
  command: RevertCommand,
  signal: AbortSignal,
): Promise<SyncResult> {
  return deps.syncer.restore(command.application, command.objects, signal)
}

interface About {
  readonly application: string
  readonly revision: string | null
  readonly startedAt: string
}

/** Nothing was written, because there was nothing to write: the revision does not render, or is not kept. */
function refused(
  deps: PipelineDependencies,
  about: About,
  { cause, where }: { readonly cause: unknown; readonly where: SourceLocation | null },
): SyncResult {
  if (isFault(cause)) deps.onFault?.(cause, about.application)
  const [first, ...more] = problemsOf(cause, where)
  const message = [first, ...more].map(problem => problem?.message).join('\n')
  return endedEarly(deps, about, { outcome: 'refused', error: { code: first?.code ?? 'failed', message } })
}

function endedEarly(
  deps: PipelineDependencies,
  about: About,
  how: Pick<SyncResult, 'outcome' | 'error'>,
): SyncResult {
  return nothingSynced({
    application: about.application,
    cluster: deps.clusterName,
    outcome: how.outcome,
    revision: about.revision,
    error: how.error,
    startedAt: about.startedAt,
    finishedAt: deps.clock().toISOString(),
  })
}
