/** Everything the simulator remembers, apart from what is in the git folders. Times are ISO 8601 in UTC. */

export interface User {
  readonly id: number
  readonly login: string
  readonly name: string
  readonly email: string
  readonly type: 'User' | 'Bot' | 'Organization'
}

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin'

export interface Label {
  readonly id: number
  name: string
  color: string
  description: string | null
}

export interface Reaction {
  readonly id: number
  readonly user: User
  readonly content: ReactionContent
  readonly createdAt: string
}

export const reactionContents = [
  '+1',
  '-1',
  'laugh',
  'confused',
  'heart',
  'hooray',
  'rocket',
  'eyes',
] as const
export type ReactionContent = (typeof reactionContents)[number]

export interface Comment {
  readonly id: number
  readonly issue: Issue
  readonly user: User
  readonly byApp: boolean
  body: string
  readonly createdAt: string
  updatedAt: string
  readonly reactions: Reaction[]
}

/** Something that happened to an issue, as its page tells it between the comments. */
export interface TimelineEvent {
  readonly id: number
  readonly actor: User
  /** An action of a webhook, or `merged`. */
  readonly action: string
  /** What it was about: a label's name, a SHA. */
  readonly detail: string
  readonly at: string
}

/** An issue; with `pull` it is a pull request, as on GitHub. */
export interface Issue {
  readonly id: number
  readonly number: number
  readonly repository: Repository
  readonly user: User
  readonly byApp: boolean
  title: string
  body: string | null
  state: 'open' | 'closed'
  stateReason: 'completed' | 'reopened' | 'not_planned' | null
  labels: Label[]
  assignees: User[]
  readonly comments: Comment[]
  readonly timeline: TimelineEvent[]
  readonly reactions: Reaction[]
  readonly createdAt: string
  updatedAt: string
  closedAt: string | null
  closedBy: User | null
  readonly pull: Pull | undefined
}

export interface Pull {
  readonly id: number
  readonly headRepository: Repository
  readonly headBranch: string
  headSha: string
  baseBranch: string
  baseSha: string
  draft: boolean
  mergedAt: string | null
  mergedBy: User | null
  /** The test merge while open, the real one after the merge. */
  mergeCommitSha: string | null
  /** False when the test merge conflicts. */
  mergeable: boolean
}

/** An issue that is known to be a pull request. */
export type PullRequest = Issue & { readonly pull: Pull }

export interface Annotation {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly start_column: number | null
  readonly end_column: number | null
  readonly annotation_level: 'notice' | 'warning' | 'failure'
  readonly title: string | null
  readonly message: string
  readonly raw_details: string | null
}

export interface CheckSuite {
  readonly id: number
  readonly headSha: string
  readonly headBranch: string | null
  readonly createdAt: string
  updatedAt: string
  readonly runs: CheckRun[]
}

export type CheckStatus = 'queued' | 'in_progress' | 'completed'
/** Without `stale`, which only GitHub itself sets. */
export type CheckConclusion =
  | 'action_required'
  | 'cancelled'
  | 'failure'
  | 'neutral'
  | 'success'
  | 'skipped'
  | 'timed_out'

export interface CheckRun {
  readonly id: number
  readonly suite: CheckSuite
  readonly headSha: string
  name: string
  status: CheckStatus
  conclusion: CheckConclusion | null
  detailsUrl: string | null
  externalId: string
  startedAt: string | null
  completedAt: string | null
  title: string | null
  summary: string | null
  text: string | null
  annotations: Annotation[]
  actions: readonly CheckAction[]
}

export interface CheckAction {
  readonly label: string
  readonly description: string
  readonly identifier: string
}

export interface CommitStatus {
  readonly id: number
  readonly sha: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly context: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: User
  readonly createdAt: string
}

export interface Deployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly payload: unknown
  readonly environment: string
  readonly description: string | null
  readonly transient: boolean
  readonly production: boolean
  readonly creator: User
  readonly byApp: boolean
  readonly createdAt: string
  updatedAt: string
  readonly statuses: DeploymentStatus[]
}

export interface DeploymentStatus {
  readonly id: number
  readonly state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success'
  readonly environment: string
  readonly description: string
  readonly environmentUrl: string
  readonly logUrl: string
  readonly creator: User
  readonly byApp: boolean
  readonly createdAt: string
}

export interface Repository {
  readonly id: number
  owner: User
  name: string
  archived: boolean
  readonly private: boolean
  readonly description: string | null
  readonly defaultBranch: string
  /** The bare repository's folder. */
  readonly folder: string
  readonly source: Repository | undefined
  readonly collaborators: Map<User, Role>
  readonly labels: Label[]
  readonly issues: Map<number, Issue>
  readonly suites: CheckSuite[]
  readonly statuses: CommitStatus[]
  readonly deployments: Deployment[]
  readonly createdAt: string
  updatedAt: string
  pushedAt: string
  /** Counts up with every change a person could see; pages poll it. */
  version: number
}

export type Level = 'read' | 'write' | 'admin'
export type Permissions = Readonly<Record<string, Level>>

export interface Installation {
  readonly id: number
  readonly account: User
  readonly selection: 'all' | 'selected'
  readonly repositories: Set<Repository>
  readonly createdAt: string
  updatedAt: string
  suspendedAt: string | null
}

export interface App {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly description: string | null
  /** Whether accounts other than its owner may install it. */
  readonly public: boolean
  /** The owner's page about it. Undefined: the app's page here. */
  readonly homepage: string | undefined
  readonly clientId: string
  readonly clientSecret: string
  /** PEM, PKCS#1, as GitHub hands it out. */
  readonly privateKey: string
  readonly publicKey: string
  readonly webhookSecret: string
  /** Where people who sign in with the app may be led back to. */
  callbackUrls: readonly string[]
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly owner: User
  /** The account that the app's own comments carry: `slug[bot]`. */
  readonly bot: User
  readonly createdAt: string
}

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`

export const isPullRequest = (issue: Issue): issue is PullRequest => issue.pull !== undefined
