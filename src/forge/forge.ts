import type { SourceLocation } from '../model/problem.ts'
import type { GitCredential, RepositoryRef, Revision } from '../model/repository.ts'
import type { ForgeSignIn, Person, RepositoryAccess } from './sign-in.ts'

/** What the job runner does with a failed forge call. */
export type Retry = { readonly kind: 'never' } | { readonly kind: 'after'; readonly seconds: number }

/** A forge call failed. `cause` keeps the vendor's error and is never shown to people. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError'
  readonly code:
    | 'unreachable'
    | 'unauthorized'
    | 'forbidden'
    | 'not-found'
    | 'conflict'
    | 'invalid'
    | 'rate-limited'
    /** We were uninstalled, suspended, or it is archived: nothing is tried until that changes. */
    | 'out-of-reach'
    | 'server'
  readonly retry: Retry
  constructor(code: ForgeError['code'], attempted: string, retry: Retry, cause: unknown) {
    super(`could not ${attempted}`, { cause })
    this.code = code
    this.retry = retry
  }
}

/** We were not granted what the call needs. Its message says which permission. */
export class MissingPermissionError extends ForgeError {
  /** As people read it where they grant it: `Checks: read and write`. */
  readonly permission: string
  constructor(attempted: string, permission: string, cause: unknown) {
    super('forbidden', `${attempted}: the permission "${permission}" is missing`, { kind: 'never' }, cause)
    this.permission = permission
  }
}

/** `cancelled`: nobody waits for it any more. It never lets anything merge. */
export type CheckConclusion = 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled'

export interface CheckAnnotation {
  readonly location: SourceLocation
  readonly level: 'failure' | 'warning' | 'notice'
  readonly title: string
  readonly message: string
}

/** A button on a check. Pressed, it comes back as the event `check-action`. */
export interface CheckAction {
  readonly action: 'approve' | 'plan'
  /** At most 20 characters. */
  readonly label: string
  /** At most 40 characters. */
  readonly description: string
}

export interface Check {
  /** Unique per commit: `plumbline`, `plumbline / guestbook @ dev`. */
  readonly name: string
  readonly revision: Revision
  readonly state:
    | { readonly kind: 'in-progress' }
    | { readonly kind: 'completed'; readonly conclusion: CheckConclusion }
  /** One line. */
  readonly title: string
  /** Markdown. */
  readonly summary: string
  readonly annotations: readonly CheckAnnotation[]
  readonly detailsUrl: string | null
  /** Buttons on it. */
  readonly actions?: readonly CheckAction[]
  /** Names the attempt that somebody asked for: one that ended belongs to an earlier attempt, and begins again. */
  readonly attempt?: string
}

/** What is remembered of a check, instead of its mere id. */
export type CheckMemory =
  /** Nobody ever began to create it. */
  | { readonly kind: 'never-sent' }
  | {
      readonly kind: 'sent'
      readonly id: string
      readonly isCompleted: boolean
      /** Those that it has: `same` as the ones that are wanted now, or `other` ones. */
      readonly annotations: 'none' | 'same' | 'other'
    }

export interface PullRequest {
  readonly number: number
  readonly title: string
  readonly author: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly draft: boolean
  readonly head: Revision
  /** Branch that it merges into, and the commit it points to now. */
  readonly baseRef: string
  readonly base: Revision
  readonly fromFork: boolean
  /** The merge commit, once merged. */
  readonly mergeRevision: Revision | null
  readonly url: string
}

export interface Issue {
  readonly number: number
  readonly state: 'open' | 'closed'
  readonly body: string
  readonly url: string
  /** RFC 3339, when closed. */
  readonly closedAt: string | null
}

export interface IssueDraft {
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
}

/** What becomes of an issue of ours. */
export interface IssueChange {
  /** What people put before or behind our last title stays, and a title that is theirs alone. */
  readonly title?: string
  /**
   * Our part of the body; what people wrote around it stays. A function is told how much room they leave, in UTF-16 code units.
   * Where people deleted the markers of our part, it is added below what they left.
   */
  readonly body?: string | ((room: number) => string)
  readonly state?: 'open' | 'closed'
  /** The others stay as they are. Missing labels are created. */
  readonly labels?: { readonly add?: readonly string[]; readonly remove?: readonly string[] }
  /** Under which it is found again, should its marker be gone. */
  readonly key?: string
}

/** A change of files that people are asked to merge. */
export interface Proposal {
  /** Names the proposal: at most one open pull request of ours comes from a branch of that name. */
  readonly branch: string
  /** Branch that it is to be merged into, and the commit of it that the files are changed on. */
  readonly baseRef: string
  readonly parent: Revision
  readonly files: readonly ProposedFile[]
  readonly title: string
  /** Markdown. */
  readonly body: string
}

export interface ProposedFile {
  /** Relative to the repository's root. */
  readonly path: string
  /** As git has it: `100644`, `100755`, `120000`. */
  readonly mode: string
  /** Null: deleted. */
  readonly content: Uint8Array | null
}

/** Where people talk. Some forges number pull requests and issues apart. */
export interface Thread {
  readonly kind: 'pull-request' | 'issue'
  readonly number: number
}

export type Permission = 'none' | 'read' | 'write' | 'admin'
export type Reaction = 'eyes' | '+1' | '-1'

/**
 * One repository on one forge. Rejects with {@link ForgeError} only. `signal` aborts the request in flight.
 */
export interface ForgeRepository {
  readonly ref: RepositoryRef
  /** Longest comment and issue body accepted, in UTF-16 code units. */
  readonly maxCommentLength: number

  pullRequest(number: number, signal: AbortSignal): Promise<PullRequest>
  /** What of each is asked about most: all of it is read one by one. */
  openPullRequests(signal: AbortSignal): Promise<readonly Pick<PullRequest, 'number' | 'head' | 'baseRef'>[]>
  /** Merged pull requests that brought this commit to its branch; empty when it was pushed directly. */
  pullRequestsOf(revision: Revision, signal: AbortSignal): Promise<readonly PullRequest[]>
  defaultBranch(signal: AbortSignal): Promise<string>

  /**
   * Creates or edits our comment named `key` on a pull request or issue. Found by our own authorship and a hidden marker,
   * or by `knownId`. Idempotent; an unchanged body is not sent. With `createWhenMissing` false a missing comment stays
   * missing and null is returned. Returns the forge's id of it.
   */
  upsertComment(
    comment: {
      readonly on: Thread
      readonly key: string
      readonly body: string
      readonly knownId: string | null
      readonly createWhenMissing: boolean
      /**
       * `knownId` is all there is to know, null that nobody ever began to create it: nothing is looked for before it is written. One that
       * was deleted meanwhile is still found missing.
       */
      readonly isCertain?: boolean
    },
    signal: AbortSignal,
  ): Promise<string | null>
  react(commentId: string, reaction: Reaction, signal: AbortSignal): Promise<void>

  /**
   * Creates or updates a check on a commit. Idempotent by name and commit. Returns the forge's id. Of one that is remembered nothing is
   * read again.
   */
  upsertCheck(check: Check, known: string | null | CheckMemory, signal: AbortSignal): Promise<string>

  /** Finds our open (or recently closed) issue by hidden marker `key`, creates it otherwise. Labels are created when missing. */
  createIssue(key: string, draft: IssueDraft, signal: AbortSignal): Promise<Issue>
  issue(number: number, signal: AbortSignal): Promise<Issue>
  /** Sends only what differs. Rejects with `not-found` when the issue was deleted. */
  updateIssue(number: number, change: IssueChange, signal: AbortSignal): Promise<Issue>

  /**
   * Commits a change on a branch of its own and opens a pull request of it, or finds the one that is open; a branch that an earlier
   * attempt left is gone on with. Rejects with `forbidden` where we may not push branches.
   */
  proposeChange(
    proposal: Proposal,
    signal: AbortSignal,
  ): Promise<{ readonly number: number; readonly url: string }>

  /** Records where a commit is deployed. Idempotent by environment and commit. */
  recordDeployment(
    deployment: {
      readonly revision: Revision
      readonly environment: string
      readonly state: 'in_progress' | 'success' | 'failure'
      readonly description: string
      readonly url: string | null
    },
    signal: AbortSignal,
  ): Promise<void>

  permissionOf(login: string, signal: AbortSignal): Promise<Permission>
  /** What decides whether somebody may see pages about it; role `none` also when it is out of our reach. */
  accessOf(person: Person, signal: AbortSignal): Promise<RepositoryAccess>
  /** Short-lived, read-only, for this one repository. */
  gitCredential(signal: AbortSignal): Promise<GitCredential | null>
}

/** What a forge tells of a repository. */
export interface RepositoryFacts {
  readonly ref: RepositoryRef
  /** The forge's own, which outlives names. */
  readonly id: string
  readonly defaultBranch: string
  /** `read-only`: archived. */
  readonly access: 'full' | 'read-only'
}

/** A webhook that did not reach us. */
export interface FailedDelivery {
  /** As the webhook carries it, on every attempt. */
  readonly id: string
  /** Of the newest attempt: what the forge is asked to repeat. */
  readonly attempt: string
  /** `pull_request.opened`. */
  readonly name: string
  /** RFC 3339, of the first attempt. */
  readonly at: string
}

/** One forge instance. */
export interface Forge {
  readonly kind: RepositoryRef['forge']
  readonly host: string
  /** Null where it was not configured. */
  readonly signIn: ForgeSignIn | null
  repository(fullName: string): ForgeRepository
  /** Repositories that we are installed on, archived ones included; not those of installations that are suspended. */
  repositories(signal: AbortSignal): Promise<readonly RepositoryFacts[]>
  /** By its name or a former one. Null when we cannot reach it any more. */
  facts(fullName: string, signal: AbortSignal): Promise<RepositoryFacts | null>
  /** What is to be done so that we have a permission (as a {@link MissingPermissionError} names it), and where: Markdown. */
  howToGrant(fullName: string, permission: string, signal: AbortSignal): Promise<string>
  /** What a verified webhook says of the repository that it is about; null when it is about none. */
  factsIn(payload: unknown): RepositoryFacts | null
  /** Webhooks of the time since `since` (RFC 3339) that did not reach us, oldest first; those that did later may be among them. */
  failedDeliveries(since: string, signal: AbortSignal): Promise<readonly FailedDelivery[]>
  /** Asks for one more attempt, which comes as every webhook does. */
  redeliver(attempt: string, signal: AbortSignal): Promise<void>
}

/** What a webhook told us, forge-neutral. Everything a job needs to know which work to do; details are read again. */
export type ForgeEvent =
  | {
      readonly kind: 'pull-request-changed'
      readonly repository: RepositoryRef
      readonly number: number
      /** A new head, and the login of whoever pushed it, where the forge tells. */
      readonly pushed?: { readonly head: Revision; readonly by: string }
    }
  | {
      readonly kind: 'pull-request-closed'
      readonly repository: RepositoryRef
      readonly number: number
      readonly merged: boolean
    }
  | {
      readonly kind: 'pushed'
      readonly repository: RepositoryRef
      readonly branch: string
      readonly before: Revision
      readonly after: Revision
      /** Login of whoever pushed, where the forge tells. */
      readonly by?: string
    }
  | {
      readonly kind: 'commented'
      readonly repository: RepositoryRef
      /** Of the pull request or issue. */
      readonly number: number
      readonly onPullRequest: boolean
      readonly commentId: string
      readonly author: string
      readonly body: string
      /** When it was written; RFC 3339. */
      readonly at: string
    }
  | {
      readonly kind: 'check-action'
      readonly repository: RepositoryRef
      readonly revision: Revision
      /** As far as the forge tells: it may leave out those from forks. */
      readonly pullRequests: readonly number[]
      readonly action: 'rerun' | 'approve' | 'plan'
      readonly by: string
      /** {@link Check.attempt} of the check whose button it is, where the forge tells. */
      readonly attempt?: string
    }
  | {
      readonly kind: 'issue-changed'
      readonly repository: RepositoryRef
      readonly number: number
      readonly state: 'open' | 'closed'
    }
  /** A merge queue is about to merge pull requests together, and waits for the checks of the commit that this makes. */
  | {
      readonly kind: 'merge-group'
      readonly repository: RepositoryRef
      readonly head: Revision
      readonly headRef: string
      readonly base: Revision
      readonly baseRef: string
    }
  | { readonly kind: 'merge-group-gone'; readonly repository: RepositoryRef; readonly head: Revision }
  /** It was renamed, transferred, archived, deleted, or may have been. */
  | { readonly kind: 'repository-moved'; readonly repository: RepositoryRef }
  /** We were installed somewhere, or uninstalled, suspended, given other repositories or permissions. */
  | { readonly kind: 'installation-changed'; readonly host: string; readonly why: string }
  /** Somebody else edited or deleted a comment of an app. */
  | {
      readonly kind: 'comment-touched'
      readonly repository: RepositoryRef
      readonly number: number
      readonly commentId: string
    }
  | { readonly kind: 'ignored' }
