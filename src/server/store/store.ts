import type { PgBoss } from 'pg-boss'
import type { Sql } from './database.ts'
import type { AnsweredComments } from './records/answered-comments.ts'
import type { Applications } from './records/applications.ts'
import type { Approvals } from './records/approvals.ts'
import type { Branches } from './records/branches.ts'
import type { Checks } from './records/checks.ts'
import type { Clusters } from './records/clusters.ts'
import type { Commands } from './records/commands.ts'
import type { FollowedBases } from './records/followed-bases.ts'
import type { Deliveries } from './records/deliveries.ts'
import type { Issues } from './records/issues.ts'
import type { PlanPages } from './records/plan-pages.ts'
import type { Notices } from './records/notices.ts'
import type { Overlaps } from './records/overlaps.ts'
import type { PlanReports } from './records/plan-reports.ts'
import type { Plans } from './records/plans.ts'
import type { PullRequests } from './records/pull-requests.ts'
import type { Pushers } from './records/pushers.ts'
import type { Redeliveries } from './records/redeliveries.ts'
import type { Repositories } from './records/repositories.ts'
import type { Retention } from './records/retention.ts'
import type { Sessions } from './records/sessions.ts'
import type { SentComments } from './records/sent-comments.ts'
import type { SyncOrigins } from './records/sync-origins.ts'
import type { Syncs } from './records/syncs.ts'

/** Everything the server remembers, by noun. Rejects with the driver's error; every call is one statement or a few. */
export interface Records {
  readonly deliveries: Deliveries
  readonly clusters: Clusters
  readonly commands: Commands
  readonly repositories: Repositories
  readonly pullRequests: PullRequests
  readonly pushers: Pushers
  readonly plans: Plans
  readonly planPages: PlanPages
  readonly branches: Branches
  readonly followedBases: FollowedBases
  readonly applications: Applications
  readonly syncs: Syncs
  readonly syncOrigins: SyncOrigins
  readonly checks: Checks
  readonly sentComments: SentComments
  readonly answeredComments: AnsweredComments
  readonly planReports: PlanReports
  readonly redeliveries: Redeliveries
  readonly notices: Notices
  readonly retention: Retention
  readonly issues: Issues
  readonly approvals: Approvals
  readonly overlaps: Overlaps
  readonly sessions: Sessions
  /** The connection underneath, for what shares a transaction with these. */
  readonly sql: Sql
}

export interface Store extends Records {
  /**
   * Runs `work` in one transaction: all of it is kept, or nothing when it rejects. Only the records given to it may be used
   * inside, and nothing slow: on the embedded database everybody else waits until it ends.
   */
  transaction<T>(work: (records: Records) => Promise<T>): Promise<T>
  /** Hears hints such as `commands/dev`, from this process and from others on this database; some may be lost. */
  listen(heard: (hint: string) => void): Promise<() => Promise<void>>
  /** Rejects when the database does not answer. */
  check(): Promise<void>
  /** How the queue reaches the same database. */
  readonly queueOptions: ConstructorParameters<typeof PgBoss>[0] & object
  /** Whether other processes may use the same database now. */
  readonly shared: boolean
  close(): Promise<void>
}
