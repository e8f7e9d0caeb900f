import type { Application } from '../model/application.ts'
import type {
  CommandEnvelope,
  CommandResult,
  PlanCommand,
  RevertCommand,
  SyncCommand,
} from '../model/command.ts'
import type { PlanOutcome } from '../model/plan.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { RepositoryRef } from '../model/repository.ts'
import type { SyncResult } from '../model/sync.ts'
import { ClusterError } from './cluster/cluster.ts'
import { problemsOf } from './failure.ts'
import type { Planner } from './plan/planner.ts'
import type { Sources } from './sources.ts'
import type { Syncer } from './sync/syncer.ts'

export interface PipelineDependencies {
  readonly sources: Sources
  readonly planner: Planner
  readonly syncer: Syncer
  readonly clusterName: string
  readonly clock: () => Date
}

/**
 * What the agent does with a command, step by step: fetch and check out, render, then plan or sync. Whatever a person can
 * mend is a result; the promise rejects only when the agent itself is going away.
 */
export interface AgentPipeline {
  execute(envelope: CommandEnvelope, signal: AbortSignal): Promise<CommandResult>
}

export function createAgentPipeline(deps: PipelineDependencies): AgentPipeline {
  return {
    async execute({ id, command }, signal) {
      switch (command.kind) {
        case 'plan':
          return { kind: 'plan', outcome: await plan(deps, command, signal) }
        case 'sync':
          return { kind: 'sync', result: await sync(deps, id, command, signal) }
        case 'revert':
          return { kind: 'revert', result: await revert(deps, command, signal) }
      }
    },
  }
}

/** Plan: merge head onto base, render both, compare with live. */
async function plan(
  deps: PipelineDependencies,
  command: PlanCommand,
  signal: AbortSignal,
): Promise<PlanOutcome> {
  const { application, baseApplication, repository, base, head } = command
  try {
    const at = { base, head }
    const rendered = command.removed ? [] : await deps.sources.render(application, { repository, at }, signal)
    const baseline = await renderBase(deps, { baseApplication, repository, base }, signal)
    const request = { application, head: rendered, base: baseline, revision: head, removed: command.removed }
    const planned = await deps.planner.plan(request, signal)
    return { kind: 'planned', plan: planned.plan }
  } catch (cause) {
    if (signal.aborted) throw cause
    return { kind: 'failed', problems: problemsOf(cause, application.definedIn) }
  }
}

/** The base tells origins apart; when it does not render, every difference counts as the pull request's. */
async function renderBase(
  deps: PipelineDependencies,
  from: { baseApplication: Application | null; repository: RepositoryRef; base: string },
  signal: AbortSignal,
): Promise<readonly RenderedObject[] | null> {
  if (!from.baseApplication) return []
  try {
    return await deps.sources.render(
      from.baseApplication,
      { repository: from.repository, at: from.base },
      signal,
    )
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
    if (signal.aborted) throw cause
    return refused(deps, command, { startedAt, cause })
  }
  return deps.syncer.sync(
    { id, application, removed, repository, revision, rendered, reviewedDigest, requireReviewedPlan },
    signal,
  )
}

async function revert(
  deps: PipelineDependencies,
  command: RevertCommand,
  signal: AbortSignal,
): Promise<SyncResult> {
  return deps.syncer.restore(command.application, command.objects, signal)
}

/** Nothing was written, because there was nothing to write: the revision does not render. */
function refused(
  deps: PipelineDependencies,
  command: SyncCommand,
  failure: { readonly startedAt: string; readonly cause: unknown },
): SyncResult {
  const [first, ...more] = problemsOf(failure.cause, command.application.definedIn)
  const message = [first, ...more].map(problem => problem?.message).join('\n')
  return {
    application: command.application.name,
    cluster: deps.clusterName,
    outcome: 'refused',
    revision: command.revision,
    plan: null,
    applied: [],
    pruned: [],
    rolledBack: [],
    health: [],
    events: [],
    error: { code: first?.code ?? 'failed', message },
    startedAt: failure.startedAt,
    finishedAt: deps.clock().toISOString(),
  }
}
