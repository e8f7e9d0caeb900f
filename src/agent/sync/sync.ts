import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { SyncResult } from '../../model/sync.ts'
import { canonicalJson } from '../../engine/json.ts'
import { secretValuesOf } from '../../engine/redact.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import type { Journal, ManagedApplication, State } from '../state/state.ts'
import { whenStopped, whileSyncing } from './conditions.ts'
import type { SyncContext } from './context.ts'
import { finish, type Finish } from './finish.ts'
import { heldBack } from './hold-back.ts'
import { changedIds, journalOf } from './journal-entry.ts'
import { isOutage, throughOutages } from './outage.ts'
import { missingNamespace } from './missing-namespace.ts'
import { preflight } from './preflight.ts'
import { liveHeadOf, rememberUnchanged } from './remember-unchanged.ts'
import { resume } from './resume.ts'
import { failureOf, throwIfHandedOver } from './sync-failure.ts'
import { loggable, resultOf, type SyncRun } from './sync-run.ts'
import { SyncCancelled, type SyncRequest } from './syncer.ts'
import { type Turn, turnOf } from './turn.ts'
import { throwIfUnanswered } from './unanswered.ts'

/** One sync, its steps in order. Rejects only with HandOver. */
export async function sync(
  context: SyncContext,
  request: SyncRequest,
  signal: AbortSignal,
): Promise<SyncResult> {
  for (;;) {
    const turn = turnOf(context, request.application.name, signal)
    try {
      // What was read before the turn was ours may have moved since.
      for (;;) {
        const result = await throughOutages(() => attempt(context, request, turn), turn.signal)
        if (result) return result
      }
    } catch (error) {
      throwIfHandedOver(signal)
      if (!turn.isLost) return nothingWritten(context, runOf(context, request), error, signal)
      // The API server was away for longer than a turn outlives silence: once it is back, the journal is carried on.
      context.logger.warn({ application: request.application.name }, 'the turn was lost, and is taken again')
    } finally {
      await turn.release()
    }
  }
}

/**
 * Null when somebody else has synced the application meanwhile: everything is read again. Rejects with HandOver, and with ClusterError when
 * the API server was in trouble before the first write.
 */
async function attempt(context: SyncContext, request: SyncRequest, turn: Turn): Promise<SyncResult | null> {
  const { application } = request
  const { signal } = turn
  const first = runOf(context, request)
  let run = first
  try {
    const unfinished = await context.state.readJournal(application.name, signal)
    if (unfinished && !turn.isMine) {
      await waitForTurn(turn, run)
      return null
    }
    if (unfinished?.id === request.id) return await resume(context, unfinished, signal)
    const begun = await prepare(context, { request, turn, run: first, unfinished }, planned => {
      run = planned
    })
    if (begun.kind === 'ended') return begun.result
    const { journal, unchanged } = begun
    const timeLeftMs = application.syncPolicy.timeoutSeconds * 1000
    return await finish(context, journal, { run, timeLeftMs, unchanged }, signal)
  } catch (error) {
    throwIfHandedOver(signal)
    if (isOutage(error) && !signal.aborted) throw error
    return nothingWritten(context, run, error, signal)
  }
}

interface Preparation {
  readonly request: SyncRequest
  readonly turn: Turn
  readonly run: SyncRun
  readonly unfinished: Journal | null
}

type Prepared =
  | { readonly kind: 'ended'; readonly result: SyncResult | null }
  | { readonly kind: 'begun'; readonly journal: Journal; readonly unchanged: Finish['unchanged'] }

/** Up to the written journal. What a plan is made from takes most of the memory of a sync: it ends here. */
async function prepare(
  context: SyncContext,
  { request, turn, run: before, unfinished }: Preparation,
  onPlanned: (run: SyncRun) => void,
): Promise<Prepared> {
  const { application } = request
  const { signal } = turn
  const ended = (result: SyncResult | null): Prepared => ({ kind: 'ended', result })
  const managed = await adoptUnfinished(context, request, unfinished, signal)

  before.onProgress({ step: 'plan', message: 'planning again' })
  const { plan, input } = await planAgain(context, request, signal)
  const run = { ...before, plan, secrets: secretsOf(input) }
  onPlanned(run)

  const held = heldBack(request, input, managed)
  if (held) return ended(resultOf(context, run, { outcome: 'waiting', error: held }))

  const decision = preflight({ ...request, plan, input, confirmed: isConfirmed(request, managed) })
  switch (decision.kind) {
    case 'refused':
    case 'waiting': {
      const result = resultOf(context, run, { outcome: decision.kind, error: decision.error })
      const conditions = whenStopped(decision.kind, result.error ?? decision.error)
      if (managed) await context.state.saveStatus(application.name, { conditions }, signal)
      return ended(result)
    }
    case 'nothing-to-do':
      run.left.push(...decision.left)
      return ended(await rememberUnchanged(context, { request, run, input, managed, unfinished }, signal))
    case 'go':
      run.left.push(...decision.left)
      break
  }
  if (!turn.isMine) {
    const taken = await waitForTurn(turn, run)
    if (taken === 'waited' || (await hasMoved(context, managed, application.name, signal))) return ended(null)
  }

  const namespace = await missingNamespace(context, { request, input }, signal)
  const { writes, deletes } = decision
  const { startedAt } = run
  const journal = journalOf({
    request,
    plan,
    input,
    writes,
    deletes,
    namespace,
    managed,
    unfinished,
    startedAt,
  })
  onPlanned({ ...run, secrets: run.secrets.filter(it => secretValuesOf([it]).size > 0) })
  await begin(context, { journal, managed, unfinished }, signal)
  return { kind: 'begun', journal, unchanged: unchangedOf(input, journal) }
}

function waitForTurn(turn: Turn, run: SyncRun): Promise<'free' | 'waited'> {
  return turn.take(holder =>
    run.onProgress({
      step: 'plan',
      message: `waiting for the sync of ${run.application} by ${holder} to end`,
    }),
  )
}

/** Whether anybody has begun or ended a sync since `managed` was read, when there was no journal. */
async function hasMoved(
  { state }: SyncContext,
  managed: ManagedApplication | null,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (await state.readJournal(name, signal)) return true
  return canonicalJson(await state.get(name, signal)) !== canonicalJson(managed)
}

function runOf(context: SyncContext, request: SyncRequest): SyncRun {
  return {
    application: request.application.name,
    revision: request.revision,
    startedAt: context.clock().toISOString(),
    plan: null,
    applied: [],
    pruned: [],
    left: [],
    hooks: [],
    secrets: request.rendered.map(it => it.object),
    onProgress: request.onProgress ?? (() => undefined),
  }
}

/**
 * A journal of another command means that its sync could be neither finished nor undone: this one goes on from there. What it
 * created joins the inventory, so that the plan sees it; a rollback goes back to where that one began.
 */
async function adoptUnfinished(
  { state, logger }: SyncContext,
  { application }: SyncRequest,
  unfinished: Journal | null,
  signal: AbortSignal,
): Promise<ManagedApplication | null> {
  const { name } = application
  const managed = await state.get(name, signal)
  if (!unfinished || !managed) return managed
  logger.warn({ application: name, journal: unfinished.id }, 'a sync begins where an earlier one was left')
  const inventory = [...new Set([...managed.status.inventory, ...unfinished.creates])]
  await state.saveStatus(name, { inventory }, signal)
  return { ...managed, status: { ...managed.status, inventory } }
}

/** By the request, or as in Argo CD by an annotation on the Application that is newer than the sync that asked for it. */
function isConfirmed({ confirmPrune }: SyncRequest, managed: ManagedApplication | null): boolean {
  if (confirmPrune === true) return true
  const approved = Date.parse(managed?.deletionApprovedAt ?? '')
  return approved >= Date.parse(managed?.status.syncedAt ?? '')
}

/** Of an application that goes, Git says nothing any more. */
async function keptHooks(
  { state }: SyncContext,
  name: string,
  signal: AbortSignal,
): Promise<readonly RenderedObject[]> {
  const hooks = await state.loadHooks(name, signal)
  return hooks.map(object => ({ object, source: null }))
}

async function planAgain(context: SyncContext, request: SyncRequest, signal: AbortSignal) {
  const { application, rendered, revision, removed, prune, siblings = null, takeFrom = [] } = request
  const head = removed ? await keptHooks(context, application.name, signal) : rendered
  const planned = await context.planner.plan(
    {
      application,
      head,
      base: null,
      revision,
      removed,
      repository: request.repository,
      siblings,
      takeFrom,
      ...(prune === undefined ? {} : { prune }),
    },
    signal,
  )
  throwIfUnanswered(planned.plan)
  return planned
}

interface Beginning {
  readonly journal: Journal
  readonly managed: ManagedApplication | null
  /** The journal in whose place this one is written. */
  readonly unfinished: Journal | null
}

/** From here on a restart finds the journal; nothing is written before it. */
async function begin(
  { state }: SyncContext,
  { journal, managed, unfinished }: Beginning,
  signal: AbortSignal,
): Promise<void> {
  const { application, repository, revision } = journal
  const { name } = application
  if (!managed) await state.assign(application, repository, signal)
  try {
    await state.writeJournal(journal, signal)
    await state.saveStatus(name, { conditions: whileSyncing(revision) }, signal)
  } catch (error) {
    throwIfHandedOver(signal)
    await takeBack(state, { journal, unfinished }, AbortSignal.timeout(10_000))
    throw error
  }
}

/** A sync that is reported as failed must not be found by a restart and carried out after all; what was left before it still must be. */
async function takeBack(
  state: State,
  { journal, unfinished }: Pick<Beginning, 'journal' | 'unfinished'>,
  signal: AbortSignal,
): Promise<void> {
  const { name } = journal.application
  if (!unfinished) return state.clearJournal(name, signal)
  const found = await state.readJournal(name, signal)
  if (found?.id === journal.id) await state.writeJournal(unfinished, signal)
}

function unchangedOf(input: PlanInput, journal: Journal): ReadonlyMap<ObjectId, KubernetesObject> {
  const changed = changedIds(journal)
  return new Map([...liveHeadOf(input)].filter(([id]) => !changed.has(id)))
}

function secretsOf(input: PlanInput): readonly KubernetesObject[] {
  const live = [...input.live.values()].flatMap(read => (read.kind === 'live' ? [read.object] : []))
  const head = [...input.head, ...(input.hooks ?? [])].map(it => it.object)
  return [...head, ...(input.lastSynced ?? []), ...live]
}

/** Everything that can go wrong before the journal is written, or while it is. */
function nothingWritten(context: SyncContext, run: SyncRun, error: unknown, signal: AbortSignal): SyncResult {
  if (error instanceof InvalidInputError) {
    return resultOf(context, run, {
      outcome: 'refused',
      error: { code: error.problems[0]?.code ?? 'invalid-input', message: error.message },
    })
  }
  if (signal.reason instanceof SyncCancelled) {
    const { code, message } = signal.reason
    return resultOf(context, run, { outcome: 'waiting', error: { code, message } })
  }
  const failure = signal.aborted
    ? { code: 'cancelled', message: 'the sync was cancelled before its first write' }
    : failureOf(error)
  const fields = { ...loggable(run, error), application: run.application }
  context.logger.error(fields, 'a sync failed before its first write')
  return resultOf(context, run, { outcome: 'failed', error: failure })
}
