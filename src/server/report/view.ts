import type { DriftReport } from '../../model/drift.ts'
import type { DriftSeverity } from '../../model/drift-settings.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { Plan } from '../../model/plan.ts'
import type { Problem } from '../../model/problem.ts'
import type { Revision } from '../../model/repository.ts'
import type { SyncResult } from '../../model/sync.ts'

/**
 * What a report is made from: plain values that survive JSON, gathered by the jobs and shown as comment, checks, issues and
 * pages. Everything in them is redacted already. Times are RFC 3339, in UTC when shown.
 */

/** One application on one cluster, as far as its plan has come. */
export interface ApplicationView {
  readonly application: string
  readonly cluster: string
  /** Its document, relative to the repository's root; null when it has none. */
  readonly definedIn: string | null
  readonly status:
    | { readonly kind: 'pending' }
    | { readonly kind: 'planned'; readonly plan: Plan }
    | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
    /** No agent of that cluster answers. `lastSeen` is null when none ever connected. */
    | { readonly kind: 'offline'; readonly lastSeen: string | null }
}

/** What a merge sets off, by names of clusters. */
export interface MergeEffect {
  readonly automatic: readonly string[]
  readonly waitsForApproval: readonly string[]
  /** Applications without `syncPolicy.automated`: synced by `/plumbline sync`. */
  readonly manual: readonly string[]
}

/** What one head of one pull request does to the clusters. */
export interface PullRequestView {
  readonly number: number
  readonly head: Revision
  readonly base: Revision
  /** Branch that it merges into. */
  readonly baseRef: string
  /** Address of the head's files without trailing slash, e.g. `https://github.com/acme/shop/blob/<head>`; null when unknown. */
  readonly headUrl: string | null
  /** Affected applications, in the order to be shown. Empty: nothing of ours is touched. */
  readonly applications: readonly ApplicationView[]
  /** What is wrong in `.plumbline.yaml` or in Application documents. */
  readonly problems: readonly Problem[]
  /** Page with the full diff of every application; see {@link applicationAnchor}. Null when there is none. */
  readonly planUrl: string | null
  readonly mergeEffect: MergeEffect
  /** A fork's head that no maintainer has asked to plan yet: nothing was rendered. */
  readonly forkAwaitsMaintainer: boolean
  /** Why the plan is being made again, e.g. "`main` moved to 88b01de"; null when it is current. */
  readonly replanning: string | null
  /** Environments that want approvals, or got some. Missing: none. */
  readonly approvals?: readonly ApprovalView[]
  /** What other open pull requests change as well, by their numbers. Missing: nothing. */
  readonly overlaps?: readonly OverlapView[]
  /** Which plan it is: what is told anew on the forge when it is another one. Missing where nobody tells. */
  readonly plan?: number
  /** A group that a merge queue is about to merge: its pull requests were approved before. Missing means no. */
  readonly isMergeGroup?: boolean
  /** Why it took the place of the plan before; null or missing when it is the first. */
  readonly because?: string | null
  /** It ended before it was planned. Missing: it is open, or was planned. */
  readonly ended?: 'closed' | 'merged' | 'pushed'
}

/** How the approvals of one environment stand. */
export interface ApprovalView {
  /** Name of its cluster. */
  readonly environment: string
  /** How many people have to approve before a merge is synced to it; 0: nobody. */
  readonly wanted: number
  /** The plan has a high risk there, which somebody should approve before the merge. */
  readonly risky: boolean
  /** Logins of those whose approval counts, and of those whose approval was for another plan. */
  readonly by: readonly string[]
  readonly dropped: readonly string[]
}

/** Another open pull request that changes the same applications. */
export interface OverlapView {
  readonly number: number
  readonly title: string
  readonly applications: readonly { readonly application: string; readonly cluster: string }[]
  /** This one has to wait for it. */
  readonly blocks: boolean
}

/** One application's way to a merged revision. */
export interface SyncView {
  readonly application: string
  readonly cluster: string
  readonly status:
    | { readonly kind: 'pending' }
    | { readonly kind: 'running' }
    /** Waits for a person: manual sync policy, or an approval. */
    | { readonly kind: 'waiting'; readonly for: 'command' }
    | {
        readonly kind: 'waiting'
        readonly for: 'approval'
        /** Logins of those who approved, and how many have to. */
        readonly by: readonly string[]
        readonly wanted: number
        /** Why it is asked for once more: what the sync would do is not what was approved. */
        readonly moved: boolean
      }
    /** Waits until it may be synced; RFC 3339, null when that is further away than a year. */
    | { readonly kind: 'waiting'; readonly for: 'window'; readonly until: string | null }
    | { readonly kind: 'offline'; readonly lastSeen: string | null }
    | { readonly kind: 'finished'; readonly result: SyncResult }
  /** The issue that was opened because it failed. */
  readonly issue: { readonly number: number; readonly url: string } | null
  /** Number of a pull request that was merged later, whose sync took this one's change along; missing: it is this one's own. */
  readonly togetherWith?: number
}

/** The pull request that takes a failed merge back. */
export type RevertView =
  | { readonly kind: 'proposed'; readonly number: number; readonly url: string }
  | { readonly kind: 'impossible'; readonly reason: string }

/** What a merge has done so far. */
export interface ResultView {
  /** The commit on the target branch that is synced. */
  readonly revision: Revision
  readonly baseRef: string
  readonly syncs: readonly SyncView[]
  /** Page with the plan that was reviewed. */
  readonly planUrl: string | null
  /** Null when none is called for, or wanted. */
  readonly revert: RevertView | null
}

/** A cluster that diverged from what it was last synced to. */
export interface DriftView {
  readonly report: DriftReport
  /** When the divergence was first seen. */
  readonly since: string
  /** The cluster puts hand edits back by itself. */
  readonly selfHeal: boolean
  /** Address of the repository's files at `report.revision` without trailing slash; null when unknown. */
  readonly filesUrl: string | null
  /** Page with the full diff; null when there is none. */
  readonly pageUrl: string | null
  /** How much the drifted objects weigh, by id; low where nothing is said. */
  readonly severity: Readonly<Record<ObjectId, DriftSeverity>>
  /** Null: the cluster is where Git is, or on its way. */
  readonly behind: BehindView | null
}

/** A commit that should be on a cluster by now. */
export interface BehindView {
  readonly revision: Revision
  /** It takes the application out of Git. */
  readonly removed: boolean
  /** When it came; RFC 3339. */
  readonly since: string
  readonly why: 'failed' | 'unfinished' | 'not-taken' | 'no-agent'
  /** Why it failed, where that is known. */
  readonly message: string | null
  /** That brought it. */
  readonly pullRequest: { readonly number: number; readonly url: string } | null
  /** That tells of its failure. */
  readonly issue: { readonly number: number; readonly url: string } | null
}

/** A cluster whose agent is not heard of. */
export interface SilenceView {
  readonly cluster: string
  /** When it was heard of last; null when it never was. RFC 3339. */
  readonly lastSeen: string | null
  /** Names of the applications of this repository that it holds. */
  readonly applications: readonly string[]
  /** How many of their syncs wait for it. */
  readonly waitingSyncs: number
}

/** A sync that did not finish healthy. */
export interface SyncFailedView {
  readonly result: SyncResult
  /** The merged pull request that it came from; null after a direct push. */
  readonly pullRequest: { readonly number: number; readonly title: string; readonly url: string } | null
  readonly filesUrl: string | null
  readonly pageUrl: string | null
}

/** Text of an issue as the report writes it. */
export interface IssueText {
  readonly title: string
  /** Markdown. */
  readonly body: string
  readonly labels: readonly string[]
}

/** Fragment of one application on the plan page: `${planUrl}#${applicationAnchor(...)}`. */
export function applicationAnchor(it: { readonly application: string; readonly cluster: string }): string {
  return encodeURIComponent(`${it.application}@${it.cluster}`.toWellFormed())
}
