import type { ColumnType, Generated, Kysely } from 'kysely'

/** A moment, kept with its time zone; written as Date or RFC 3339. */
type Moment = ColumnType<Date, Date | string, Date | string>
type MomentOrNull = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** JSON text as it came (type `json`: order and escapes are kept); parsed on its way out by the drivers. */
type Json<Value> = ColumnType<Value, string, string>
type JsonOrNull<Value> = ColumnType<Value | null, string | null | undefined, string | null>

export interface Database {
  deliveries: {
    id: string
    event: string
    trace_id: string
    received_at: Generated<Date>
  }
  clusters: {
    name: string
    token_hash: string
    session_id: string | null
    agent_version: string | null
    kubernetes_version: string | null
    last_seen_at: MomentOrNull
    created_at: Generated<Date>
    revoked_at: MomentOrNull
  }
  commands: {
    id: string
    /** Delivery order inside a cluster. */
    position: Generated<number>
    cluster: string
    application: string
    kind: 'plan' | 'sync' | 'revert' | 'rollback' | 'adopt'
    payload: Json<unknown>
    deadline: Moment
    state: 'pending' | 'sent' | 'answered' | 'expired' | 'withdrawn'
    result: JsonOrNull<unknown>
    trace_id: string
    /** Which job reads the answer: a reference of our own, opaque to the agents. */
    purpose: Json<unknown>
    created_at: Generated<Date>
    answered_at: MomentOrNull
  }
  repositories: {
    key: string
    forge: string
    host: string
    full_name: string
    clone_url: string
  }
  pull_requests: {
    id: Generated<number>
    repository: string
    number: number
    title: string
    author: string
    state: 'open' | 'closed' | 'merged'
    head: string
    base_ref: string
    base: string
    from_fork: boolean
    merge_revision: string | null
    url: string
    comment_id: string | null
    result_comment_id: string | null
    /** Head that a maintainer asked to plan although it comes from a fork. */
    permitted_head: string | null
  }
  branches: {
    repository: string
    name: string
    revision: string
  }
  plans: {
    id: Generated<number>
    /** Unguessable part of its page's address. */
    page: string
    pull_request: number
    head: string
    base: string
    problems: Json<unknown>
    settings: Json<unknown>
    awaits_maintainer: boolean
    deadline: Moment
    created_at: Generated<Date>
  }
  planned_applications: {
    plan: number
    application: string
    cluster: string
    defined_in: string | null
    definition: Json<unknown>
    removed: boolean
    command: string | null
    status: 'pending' | 'planned' | 'failed' | 'offline'
    result: JsonOrNull<unknown>
    problems: JsonOrNull<unknown>
  }
  heals: {
    application: string
    cluster: string
    object: string
    healed_at: Moment
    record: Json<unknown>
  }
  applications: {
    name: string
    cluster: string
    repository: string
    definition: Json<unknown>
    settings: Json<unknown>
    /** Branch that it is read from. */
    branch: string
    revision: string | null
    outcome: string | null
    synced_at: MomentOrNull
    drift: JsonOrNull<unknown>
    drift_since: MomentOrNull
    /** When its drift issue is to be looked at again. */
    drift_due: MomentOrNull
    /** Unguessable part of its page's address. */
    page: Generated<string>
    /** All that were ever told; only the newest are kept as rows. */
    heals_total: Generated<number>
  }
  syncs: {
    id: Generated<number>
    repository: string
    application: string
    cluster: string
    branch: string
    revision: string
    definition: Json<unknown>
    removed: boolean
    reviewed_digest: string | null
    require_reviewed: boolean
    pull_request: number | null
    command: string | null
    status: 'waiting' | 'pending' | 'finished' | 'superseded'
    result: JsonOrNull<unknown>
    issue_number: number | null
    issue_url: string | null
    created_at: Generated<Date>
    /** When its newest command was added. */
    started_at: MomentOrNull
  }
  checks: {
    repository: string
    revision: string
    name: string
    forge_id: string
    content_hash: string
  }
  issues: {
    key: string
    kind: 'drift' | 'sync-failed' | 'revert' | 'cluster-silent' | 'adopt' | 'ignore'
    repository: string
    application: string
    cluster: string
    number: number | null
    url: string | null
    state: 'open' | 'closed'
    body_hash: string | null
    opened_at: Moment
    closed_at: MomentOrNull
    memory: JsonOrNull<unknown>
  }
}

export type Sql = Kysely<Database>
