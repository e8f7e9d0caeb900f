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
    kind: 'plan' | 'sync' | 'revert' | 'rollback' | 'adopt' | 'watch'
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
    /** The forge's own id, which outlives names. */
    forge_id: string | null
    default_branch: string | null
    access: Generated<'full' | 'read-only' | 'none'>
  }
  former_names: {
    key: string
    /** Key of the repository that had it. */
    repository: string
  }
  sent_comments: {
    pull_request: number
    kind: 'plan' | 'result'
    forge_id: string | null
    content_hash: string | null
    edited_at: MomentOrNull
    /** When somebody else last changed or deleted it, and for the how manieth time without an hour of peace. */
    touched_at: MomentOrNull
    touched_times: Generated<number>
  }
  answered_comments: {
    repository: string
    /** The forge's. */
    comment_id: string
    outcome: Json<unknown>
    /** Whoever asked was told. */
    is_told: Generated<boolean>
    answered_at: Generated<Date>
  }
  redeliveries: {
    id: string
    attempts: Generated<number>
    asked_at: ColumnType<Date, Date | string | undefined, Date | string>
    arrived: Generated<boolean>
  }
  notices: {
    key: string
    told_at: Generated<Date>
  }
  pull_requests: {
    id: Generated<number>
    repository: string
    number: number
    title: string
    author: string
    state: 'open' | 'closed' | 'merged' | 'queued'
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
    /** When we first knew of its head. */
    head_seen_at: Generated<Date>
    /** Unguessable part of the address of its newest plan. */
    page: Generated<string>
  }
  pushers: {
    repository: string
    head: string
    /** Login on the forge. */
    person: string
    told_at: Generated<Date>
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
    /** Branch that `base` is the head of; null in plans of versions that did not say. */
    base_ref: string | null
    /** What outdated the plan before. */
    because: string | null
    /** Why it is made again. */
    outdated: string | null
    /** How many plans in a row were made because of what happened in a cluster. */
    shaken: Generated<number>
    problems: Json<unknown>
    settings: Json<unknown>
    awaits_maintainer: boolean
    deadline: Moment
    created_at: Generated<Date>
    /** Of the report that is to come. */
    report_asked_at: MomentOrNull
  }
  /** How far branches that pull requests go into were looked at for what it means to their plans. */
  followed_bases: {
    repository: string
    branch: string
    revision: string
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
    /** The result without its changes, which are in `planned_objects`. */
    outline: JsonOrNull<unknown>
    /** Once planned: whether anything changes. */
    changes: Generated<boolean>
  }
  planned_objects: {
    plan: number
    application: string
    cluster: string
    position: number
    line: Json<unknown>
    change: Json<unknown>
  }
  sessions: {
    token_hash: string
    forge: string
    host: string
    /** The forge's id. */
    person: string
    login: string
    created_at: Generated<Date>
    expires_at: Moment
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
    /** How many people have to approve before it begins. */
    approvals_wanted: Generated<number>
    /** `waiting` is for their approval. */
    awaits_approval: Generated<boolean>
  }
  /** Of syncs whose push brought several merges. */
  sync_origins: {
    sync: number
    position: number
    revision: string
    pull_request: number | null
  }
  approvals: {
    pull_request: number
    application: string
    cluster: string
    person: string
    /** Of what was approved. */
    digest: string
    approved_at: Generated<Date>
    dropped_at: MomentOrNull
  }
  overlaps: {
    pull_request: number
    other: number
    application: string
    cluster: string
  }
  unlocks: {
    pull_request: number
    /** The pull request that need not be waited for. */
    holder: number
    person: string
    unlocked_at: Generated<Date>
  }
  checks: {
    repository: string
    revision: string
    name: string
    /** Empty while nobody knows whether it was created. */
    forge_id: string
    content_hash: string
    is_completed: boolean | null
    annotations_hash: string | null
    edited_at: MomentOrNull
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
