import type { Sql } from '../database.ts'

/** What people are told once, until it is mended. */
export interface Notices {
  /** False when it was told before. */
  tell(key: string): Promise<boolean>
  /** It could not be told after all: whoever comes next tells it. */
  takeBack(key: string): Promise<void>
  /** Mended: should it come back, it is told again. */
  forget(prefix: string): Promise<void>
}

export function noticesIn(db: Sql): Notices {
  return {
    async tell(key) {
      const added = await db
        .insertInto('notices')
        .values({ key })
        .onConflict(it => it.column('key').doNothing())
        .returning('key')
        .executeTakeFirst()
      return added !== undefined
    },
    async takeBack(key) {
      await db.deleteFrom('notices').where('key', '=', key).execute()
    },
    async forget(prefix) {
      await db
        .deleteFrom('notices')
        .where(({ fn, val }) => fn<boolean>('starts_with', ['key', val(prefix)]))
        .execute()
    },
  }
}
