import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

export interface SentCheck {
  /** The forge's id. */
  readonly id: string
  /** SHA-256 of its content as last sent. */
  readonly contentHash: string
}

/** Checks as they were last sent, so that unchanged ones are not sent again. */
export interface Checks {
  /** By name. */
  of(repository: string, revision: Revision): Promise<ReadonlyMap<string, SentCheck>>
  save(
    check: SentCheck & { readonly repository: string; readonly revision: Revision; readonly name: string },
  ): Promise<void>
}

export function checksIn(db: Sql): Checks {
  return {
    async of(repository, revision) {
      const rows = await db
        .selectFrom('checks')
        .selectAll()
        .where('repository', '=', repository)
        .where('revision', '=', revision)
        .execute()
      return new Map(rows.map(it => [it.name, { id: it.forge_id, contentHash: it.content_hash }]))
    },
    async save({ repository, revision, name, id, contentHash }) {
      const facts = { forge_id: id, content_hash: contentHash }
      await db
        .insertInto('checks')
        .values({ repository, revision, name, ...facts })
        .onConflict(it => it.columns(['repository', 'revision', 'name']).doUpdateSet(facts))
        .execute()
    },
  }
}
