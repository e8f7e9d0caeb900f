import type { Database, Sql } from '../database.ts'
import type { Selectable } from 'kysely'

/** Somebody's word that what a pull request does to one application is wanted. */
export interface NewApproval {
  /** Id of the pull request's row. */
  readonly pullRequest: number
  readonly application: string
  readonly cluster: string
  /** Login on the forge. */
  readonly person: string
  /** Of what was approved: an approval counts for nothing else. */
  readonly digest: string
}

export interface ApprovalRecord extends NewApproval {
  /** The plan changed since: it counts no more, even should the plan change back. */
  readonly dropped: boolean
}

/** Who approved what. One row per pull request, application and person. */
export interface Approvals {
  /** The newest word of a person replaces the one before. */
  add(approval: NewApproval): Promise<void>
  of(pullRequest: number): Promise<readonly ApprovalRecord[]>
  /** Drops those of an application that were for another digest than this one. */
  dropOthers(of: Omit<NewApproval, 'person'>): Promise<void>
}

export function approvalsIn(db: Sql): Approvals {
  return {
    async add({ pullRequest, application, cluster, person, digest }) {
      await db
        .insertInto('approvals')
        .values({ pull_request: pullRequest, application, cluster, person, digest })
        .onConflict(it =>
          it
            .columns(['pull_request', 'application', 'cluster', 'person'])
            .doUpdateSet({ digest, approved_at: new Date(), dropped_at: null }),
        )
        .execute()
    },
    async of(pullRequest) {
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('pull_request', '=', pullRequest)
        .orderBy('approved_at')
        .orderBy('person')
        .execute()
      return rows.map(recordFrom)
    },
    async dropOthers({ pullRequest, application, cluster, digest }) {
      await db
        .updateTable('approvals')
        .set({ dropped_at: new Date() })
        .where('pull_request', '=', pullRequest)
        .where('application', '=', application)
        .where('cluster', '=', cluster)
        .where('digest', '!=', digest)
        .where('dropped_at', 'is', null)
        .execute()
    },
  }
}

function recordFrom(row: Selectable<Database['approvals']>): ApprovalRecord {
  const { pull_request: pullRequest, application, cluster, person, digest } = row
  return { pullRequest, application, cluster, person, digest, dropped: row.dropped_at !== null }
}
