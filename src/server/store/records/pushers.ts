import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/**
 * Who pushed which commit to any branch, as far as the forge told, whether a pull request has it by then or not. Whatever comes late, or
 * twice, or from somebody else adds to it and takes nothing away.
 */
export interface Pushers {
  /** `person`: login on the forge. */
  note(push: { readonly repository: string; readonly head: Revision; readonly person: string }): Promise<void>
  of(repository: string, head: Revision): Promise<readonly string[]>
}

export function pushersIn(db: Sql): Pushers {
  return {
    async note(push) {
      await db
        .insertInto('pushers')
        .values(push)
        .onConflict(it => it.columns(['repository', 'head', 'person']).doNothing())
        .execute()
    },
    async of(repository, head) {
      const rows = await db
        .selectFrom('pushers')
        .select('person')
        .where('repository', '=', repository)
        .where('head', '=', head)
        .orderBy('told_at')
        .execute()
      return rows.map(it => it.person)
    },
  }
}
