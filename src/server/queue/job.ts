import type { ForgeEvent } from '../../forge/forge.ts'
import type { DriftReport } from '../../model/drift.ts'
import { type RepositoryRef, type Revision, repositoryKey } from '../../model/repository.ts'

/** Work to be done. Small and plain: details are read again when it is done, as it may be done late or twice. */
export type Job =
  | Exclude<ForgeEvent, { readonly kind: 'ignored' }>
  /** An application's plan came in, or the time to wait for it is over. */
  | {
      readonly kind: 'plan-progressed'
      readonly repository: RepositoryRef
      readonly number: number
      /** Id of the plan's row. */
      readonly plan: number
      /** The time to wait for agents may be over: decide whom to give up on. */
      readonly isDue: boolean
      /** One of those that were asked for, by the time that it was asked for; see PlanReports. */
      readonly asked?: string
    }
  /** A plan may not hold any more: it is made again, if it still is the newest. */
  | {
      readonly kind: 'plan-outdated'
      readonly repository: RepositoryRef
      readonly number: number
      readonly plan: number
      /** `Deployment guestbook/frontend changed in the cluster since`; Markdown, of code spans only. */
      readonly why: string
    }
  /** Somebody wants a pull request planned again. */
  | {
      readonly kind: 'plan-asked'
      readonly repository: RepositoryRef
      readonly number: number
      /** As of `plan-outdated`. */
      readonly because: string
      /** A fork's head that somebody has looked at: it may be planned, if it still is the head. */
      readonly permitted?: Revision
    }
  /** Somebody pressed Approve on the check of a commit. */
  | {
      readonly kind: 'approve-pressed'
      readonly repository: RepositoryRef
      readonly number: number
      readonly revision: Revision
      readonly by: string
      /** As of `check-action`. */
      readonly attempt?: string
      /** All that the press may have been meant for: when it is more than this one, nobody knows which. */
      readonly oneOf: readonly number[]
    }
  /** Commits came to a branch that pull requests may go into. */
  | {
      readonly kind: 'base-moved'
      readonly repository: RepositoryRef
      readonly branch: string
      /** Only this pull request is looked at: it was planned while they came. Missing: all. */
      readonly number?: number
    }
  /** Something was synced, or is about to be. */
  | {
      readonly kind: 'sync-progressed'
      readonly repository: RepositoryRef
      readonly number: number | null
      /** Id of the sync's row. */
      readonly sync: number
      /** Another pull request of the same push told this one. */
      readonly isPassedOn?: boolean
    }
  | {
      readonly kind: 'reverted'
      readonly repository: RepositoryRef
      readonly number: number
      readonly command: string
    }
  | {
      readonly kind: 'adopted'
      readonly repository: RepositoryRef
      readonly number: number
      readonly command: string
    }
  | {
      readonly kind: 'rolled-back'
      readonly repository: RepositoryRef
      readonly number: number
      readonly command: string
    }
  /** A sync window opens: what waited for it begins. */
  | { readonly kind: 'window-opens'; readonly repository: RepositoryRef; readonly sync: number }
  | { readonly kind: 'drift-reported'; readonly report: DriftReport }
  /** What is known of an application's drift may call for something now: a delay is over, a sync ended. */
  | { readonly kind: 'drift-due'; readonly application: string; readonly cluster: string }
  /** Somebody may have closed or reopened an issue that tells a state; by its key. */
  | { readonly kind: 'issue-moved'; readonly issue: string }
  /** A cluster went silent, or came back, as far as the repository of this key is concerned. */
  | { readonly kind: 'cluster-silence'; readonly repository: string; readonly cluster: string }
  | { readonly kind: 'clusters-watched' }
  | { readonly kind: 'agent-connected'; readonly cluster: string }
  | { readonly kind: 'sweep' }

/** A job on its way. */
export interface QueuedJob {
  readonly traceId: string
  readonly job: Job
}

/** Jobs of one key run one at a time, in the order they were added. Others run side by side. */
export function jobKey(job: Job): string {
  switch (job.kind) {
    case 'pull-request-changed':
    case 'pull-request-closed':
    case 'plan-progressed':
    case 'plan-outdated':
    case 'plan-asked':
    case 'approve-pressed':
      return pullRequestKey(job.repository, job.number)
    case 'comment-touched':
    case 'commented':
    case 'reverted':
    case 'adopted':
    case 'rolled-back':
      return pullRequestKey(job.repository, job.number)
    case 'sync-progressed':
      return job.number === null ? `sync/${job.sync}` : pullRequestKey(job.repository, job.number)
    case 'window-opens':
      return `sync/${job.sync}`
    case 'pushed':
      return `branch/${repositoryKey(job.repository)}/${job.branch}`
    case 'base-moved':
      return `base/${repositoryKey(job.repository)}/${job.branch}`
    case 'merge-group':
    case 'merge-group-gone':
      return pullRequestKey(job.repository, numberOfGroup(job.head))
    case 'check-action':
      return `revision/${repositoryKey(job.repository)}/${job.revision}`
    case 'issue-changed':
      return pullRequestKey(job.repository, job.number)
    case 'drift-reported':
      return `drift/${job.report.application}@${job.report.cluster}`
    // The keys of the issues: whatever is done about one is done in turn.
    case 'drift-due':
      return `drift/${job.application}@${job.cluster}`
    case 'issue-moved':
      return job.issue
    case 'cluster-silence':
      return `cluster-silent/${job.repository}/${job.cluster}`
    case 'clusters-watched':
      return 'clusters'
    case 'agent-connected':
      return `cluster/${job.cluster}`
    case 'repository-moved':
    case 'installation-changed':
    case 'sweep':
      return 'sweep'
  }
}

/** A group has no number of its own; this one is below zero, and no pull request has it. */
export function numberOfGroup(head: Revision): number {
  return -1 - Number.parseInt(head.slice(0, 7), 16)
}

/** Issues and pull requests share one row of numbers. */
function pullRequestKey(repository: RepositoryRef, number: number): string {
  return `number/${repositoryKey(repository)}#${number}`
}
