import type { SyncRecord } from '../store/records/syncs.ts'

/** What a sync has to be approved for before it may write. */
export interface AwaitedApproval {
  /** Of the plan; where there never was one, of the revision. */
  readonly digest: string
  /** The plan is another one than what was approved before. */
  readonly moved: boolean
}

/** Agents say so of what they did not write, as nobody has seen it. */
const unseen = new Set(['plan-moved', 'not-reviewed'])

/** Null: nothing has to be approved, or enough people did. */
export function awaitedApproval(sync: SyncRecord): AwaitedApproval | null {
  const { status, approvalsWanted, awaitsApproval, result } = sync
  if (status === 'waiting' && awaitsApproval) {
    return { digest: sync.reviewedDigest ?? ofRevision(sync), moved: false }
  }
  const isUnseen =
    status === 'finished' && result?.outcome === 'waiting' && unseen.has(result.error?.code ?? '')
  if (approvalsWanted === 0 || !isUnseen || !result?.plan) return null
  return { digest: result.plan.changeDigest, moved: true }
}

/** The digest that stands for a commit that nobody has seen a plan of. */
function ofRevision({ revision }: SyncRecord): string {
  return `revision:${revision}`
}

/** The digest of the plan that an approval was for; null when it was for a commit. */
export function plannedDigest({ digest }: AwaitedApproval): string | null {
  return digest.startsWith('revision:') ? null : digest
}
