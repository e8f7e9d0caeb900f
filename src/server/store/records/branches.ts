import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

/** How far each branch's commits have been turned into syncs. */
export interface Branches {
  /** Null when nothing of the branch was handled yet. */
  handled(repository: string, name: string): Promise<Revision | null>
  setHandled(repository: string, name: string, revision: Revision): Promise<void>
  all(): Promise<
    readonly { readonly repository: string; readonly name: string; readonly revision: Revision }[]
  >
}

export function branchesIn(db: Sql): Branches {
  return {
    async handled(repository, name) {
      const row = await db
        .selectFrom('branches')
        .select('revision')
        .where('repository', '=', repository)
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.revision ?? null
    },
    async setHandled(repository, name, revision) {
      await db
        .insertInto('branches')
        .values({ repository, name, revision })
        .onConflict(it => it.columns(['repository', 'name']).doUpdateSet({ revision }))
        .execute()
    },
    all: () => db.selectFrom('branches').selectAll().orderBy('repository').orderBy('name').execute(),
  }
}
