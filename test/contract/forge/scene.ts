import type { Check, Forge } from '../../../src/forge/forge.ts'

/** A forge with a repository on it, and what only the forge itself can tell or do. Every adapter's suite provides one. */
export interface ForgeScene extends AsyncDisposable {
  /** `owner/name` of a repository that we are installed on. */
  readonly fullName: string
  /** Each call is another server process: nothing is remembered between them. */
  newForge(): Forge
  /** Opens a pull request from a branch of that name. */
  openPullRequest(branch: string): Promise<{ readonly number: number; readonly head: string }>
  merge(pullRequest: number): Promise<string>
  pushToBase(): Promise<string>
  /** A file as of a commit; null when there is none. */
  fileAt(revision: string, path: string): Promise<Buffer | null>
  /** As a person who may write to the repository. Returns the forge's id of the comment. */
  commentAsPerson(on: number, body: string): Promise<string>
  closeIssueAsPerson(number: number): Promise<void>
  /** `body` is given what stands there now, markers and all. */
  editIssueAsPerson(
    number: number,
    edit: {
      readonly title?: string
      readonly body?: (now: string) => string
      readonly labels?: readonly string[]
    },
  ): Promise<void>
  comments(on: number): Promise<readonly { readonly byUs: boolean; readonly body: string }[]>
  reactions(commentId: string): Promise<readonly string[]>
  checks(revision: string): Promise<readonly SeenCheck[]>
  issues(): Promise<readonly SeenIssue[]>
  deployments(): Promise<readonly SeenDeployment[]>
  /** Requests so far that changed something at the forge. */
  writes(): number
  /** The next creation of a comment is done, yet answered with a server error. */
  loseNextCommentAnswer(): void
  failNextRead(status: number): void
  limitRate(seconds: number): void
  /** Logins by what they may do. */
  readonly people: { readonly admin: string; readonly writer: string; readonly reader: string }
  /** What the forge's rules say was wrong with our requests. */
  violations(): readonly unknown[]
}

export interface SeenCheck {
  readonly name: string
  readonly state: Check['state']
  readonly title: string
  readonly annotations: readonly { readonly file: string; readonly line: number }[]
}

export interface SeenIssue {
  readonly number: number
  /** Markers and all. */
  readonly body: string
  readonly title: string
  readonly open: boolean
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
}

export interface SeenDeployment {
  readonly environment: string
  readonly revision: string
  /** Newest last. */
  readonly states: readonly string[]
}
