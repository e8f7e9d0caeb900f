import type { ForgeKind } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/** A browser in which somebody is signed in. */
export interface SessionRecord {
  readonly forge: ForgeKind
  readonly host: string
  /** The forge's id of the person: a login may be somebody else's tomorrow. */
  readonly person: string
  readonly login: string
  /** RFC 3339. */
  readonly expiresAt: string
}

/** Sessions by the hash of the token in the browser's cookie; the token itself is nowhere. */
export interface Sessions {
  add(tokenHash: string, session: SessionRecord): Promise<void>
  /** Null also when it ended before `now`. */
  byHash(tokenHash: string, now: Date): Promise<SessionRecord | null>
  end(tokenHash: string): Promise<void>
  /** Forgets those that ended before `now`. */
  forgetEnded(now: Date): Promise<void>
}

export function sessionsIn(db: Sql): Sessions {
  return {
    async add(tokenHash, { forge, host, person, login, expiresAt }) {
      await db
        .insertInto('sessions')
        .values({ token_hash: tokenHash, forge, host, person, login, expires_at: expiresAt })
        .execute()
    },
    async byHash(tokenHash, now) {
      const row = await db
        .selectFrom('sessions')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      if (!row) return null
      const { host, person, login } = row
      return { forge: row.forge as ForgeKind, host, person, login, expiresAt: row.expires_at.toISOString() }
    },
    async end(tokenHash) {
      await db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
    },
    async forgetEnded(now) {
      await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
    },
  }
}
