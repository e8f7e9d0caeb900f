import type { Check } from '../../forge/forge.ts'
import { nothingSynced, type SyncResult } from '../../model/sync.ts'
import { aggregateCheckName } from '../report/checks.ts'
import { calledOff, resultComment, resultHeadline } from '../report/result.ts'
import type { ResultView, SyncView } from '../report/view.ts'
import type { WindowState } from '../../repository/sync-windows.ts'
import type { ApprovalRecord } from '../store/records/approvals.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { CommandRecord } from '../store/records/commands.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import { approversOf } from './approvals.ts'
import { awaitedApproval } from './awaited-approval.ts'

export interface SyncFacts {
  readonly sync: SyncRecord
  readonly command: CommandRecord | null
  readonly cluster: ClusterRecord | null
  readonly window: WindowState
  /** Of its pull request. */
  readonly approvals: readonly ApprovalRecord[]
}

/** How one sync stands. `offlineBefore`: an agent not seen since then is offline. */
export function syncView(facts: SyncFacts, offlineBefore: Date): SyncView {
  const { sync, command, cluster, window, approvals } = facts
  const about = {
    application: sync.application.name,
    cluster: sync.application.destination.cluster,
    issue: sync.issue,
  }
  const awaited = awaitedApproval(sync)
  if (awaited) {
    const { name: application, cluster: environment } = applicationOf(sync)
    const by = approversOf(approvals, { application, cluster: environment, digest: awaited.digest })
    const { moved } = awaited
    return { ...about, status: { kind: 'waiting', for: 'approval', by, wanted: sync.approvalsWanted, moved } }
  }
  if (sync.status === 'finished' && sync.result) {
    return { ...about, status: { kind: 'finished', result: sync.result } }
  }
  if (sync.status === 'waiting') return { ...about, status: { kind: 'waiting', for: 'command' } }
  if (sync.status === 'superseded') {
    return { ...about, status: { kind: 'finished', result: superseded(sync) } }
  }
  if (sync.commandId === null && !window.isOpen) {
    const until = window.until?.toISOString() ?? null
    return { ...about, status: { kind: 'waiting', for: 'window', until } }
  }
  if (command?.state === 'sent') return { ...about, status: { kind: 'running' } }
  const lastSeen = cluster?.lastSeen ?? null
  const isOffline = lastSeen === null || Date.parse(lastSeen) < offlineBefore.getTime()
  return { ...about, status: isOffline ? { kind: 'offline', lastSeen } : { kind: 'pending' } }
}

function superseded(sync: SyncRecord): SyncResult {
  return nothingSynced({
    application: sync.application.name,
    cluster: sync.application.destination.cluster,
    outcome: 'waiting',
    revision: sync.revision,
    error: { code: 'superseded', message: 'a newer revision came before this one was begun' },
    startedAt: '',
    finishedAt: '',
  })
}

const failures: readonly SyncResult['outcome'][] = ['failed', 'rolled-back', 'refused']

/** What somebody called off, or a newer revision overtook, has not failed. */
export function isFailure(result: SyncResult): boolean {
  return failures.includes(result.outcome) && calledOff(result) === null
}

/** The check of the commit that is synced. */
export function resultCheck(view: ResultView): Check {
  const finished = view.syncs.flatMap(it => (it.status.kind === 'finished' ? [it.status.result] : []))
  const waits = view.syncs.some(it => it.status.kind === 'waiting')
  const runs = view.syncs.length - finished.length > 0 && !waits
  const conclusion = finished.some(isFailure) ? 'failure' : waits ? 'neutral' : 'success'
  return {
    name: aggregateCheckName,
    revision: view.revision,
    state: runs ? { kind: 'in-progress' } : { kind: 'completed', conclusion },
    title: capitalised(resultHeadline(view)),
    summary: resultComment(view, 60_000),
    annotations: [],
    detailsUrl: view.planUrl,
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Where a commit is deployed, by cluster. */
export function deploymentsOf(view: ResultView): ReadonlyMap<string, 'in_progress' | 'success' | 'failure'> {
  const states = new Map<string, 'in_progress' | 'success' | 'failure'>()
  for (const { cluster, status } of view.syncs) {
    if (status.kind === 'waiting' || (status.kind === 'finished' && status.result.outcome === 'waiting'))
      continue
    const state =
      status.kind !== 'finished' ? 'in_progress' : isFailure(status.result) ? 'failure' : 'success'
    const before = states.get(cluster)
    const rank = { failure: 2, in_progress: 1, success: 0 } as const
    if (before === undefined || rank[state] > rank[before]) states.set(cluster, state)
  }
  return states
}
