import type { Selectable } from 'kysely'
import type { Database, Sql } from '../database.ts'

export interface ClusterRecord {
  readonly name: string
  /** SHA-256 of its token, hex. */
  readonly tokenHash: string
  /** The newest session; older ones end. */
  readonly sessionId: string | null
  readonly agentVersion: string | null
  readonly kubernetesVersion: string | null
  /** RFC 3339; null when its agent never connected. */
  readonly lastSeen: string | null
  readonly revoked: boolean
}

/** Clusters that agents may speak for. */
export interface Clusters {
  /** Adds a cluster, or gives a known one a new token; the old token and a revocation end. */
  register(name: string, tokenHash: string): Promise<void>
  /** False when there is no such cluster. */
  revoke(name: string): Promise<boolean>
  withToken(tokenHash: string): Promise<ClusterRecord | null>
  named(name: string): Promise<ClusterRecord | null>
  all(): Promise<readonly ClusterRecord[]>
  openSession(
    name: string,
    session: { readonly id: string; readonly agentVersion: string; readonly kubernetesVersion: string },
  ): Promise<void>
  /** Notes that the agent is there. False when this session is no longer the cluster's newest, or its token was revoked. */
  seen(name: string, sessionId: string): Promise<boolean>
}

export function clustersIn(db: Sql): Clusters {
  const cluster = (column: 'name' | 'token_hash', value: string) =>
    db
      .selectFrom('clusters')
      .selectAll()
      .where(column, '=', value)
      .executeTakeFirst()
      .then(row => (row ? recordFrom(row) : null))
  return {
    async register(name, tokenHash) {
      await db
        .insertInto('clusters')
        .values({ name, token_hash: tokenHash })
        .onConflict(it =>
          it.column('name').doUpdateSet({ token_hash: tokenHash, revoked_at: null, session_id: null }),
        )
        .execute()
    },
    async revoke(name) {
      const { numUpdatedRows } = await db
        .updateTable('clusters')
        .set({ revoked_at: new Date(), session_id: null })
        .where('name', '=', name)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    withToken: tokenHash => cluster('token_hash', tokenHash),
    named: name => cluster('name', name),
    async all() {
      const rows = await db.selectFrom('clusters').selectAll().orderBy('name').execute()
      return rows.map(recordFrom)
    },
    async openSession(name, session) {
      await db
        .updateTable('clusters')
        .set({
          session_id: session.id,
          agent_version: session.agentVersion,
          kubernetes_version: session.kubernetesVersion,
          last_seen_at: new Date(),
        })
        .where('name', '=', name)
        .where('revoked_at', 'is', null)
        .execute()
    },
    async seen(name, sessionId) {
      const { numUpdatedRows } = await db
        .updateTable('clusters')
        .set({ last_seen_at: new Date() })
        .where('name', '=', name)
        .where('session_id', '=', sessionId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

function recordFrom(row: Selectable<Database['clusters']>): ClusterRecord {
  return {
    name: row.name,
    tokenHash: row.token_hash,
    sessionId: row.session_id,
    agentVersion: row.agent_version,
    kubernetesVersion: row.kubernetes_version,
    lastSeen: row.last_seen_at?.toISOString() ?? null,
    revoked: row.revoked_at !== null,
  }
}
