import type { Revision } from '../../../model/repository.ts'
import type { Sql } from '../database.ts'

export interface SentCheck {
  /** The forge's id; null while nobody knows whether it was created: whoever began was not told. */
  readonly id: string | null
  /** SHA-256 of its content as last sent. */
  readonly contentHash: string
  readonly isCompleted: boolean
  /** SHA-256 of its annotations; null when it has none. */
  readonly annotationsHash: string | null
  /** RFC 3339; null before the first edit. Its creation is none. */
  readonly editedAt: string | null
}

interface CheckName {
  readonly repository: string
  readonly revision: Revision
  readonly name: string
}

/** Checks as they were last sent, so that unchanged ones are neither read nor sent again. */
export interface Checks {
  /** By name. */
  of(repository: string, revision: Revision): Promise<ReadonlyMap<string, SentCheck>>
  /** Before it is created. False when somebody else began. */
  begin(check: CheckName): Promise<boolean>
  save(check: SentCheck & CheckName): Promise<void>
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
      return new Map(
        rows.map(it => [
          it.name,
          {
            id: it.forge_id || null,
            contentHash: it.content_hash,
            isCompleted: it.is_completed ?? true,
            annotationsHash: it.annotations_hash,
            editedAt: it.edited_at?.toISOString() ?? null,
          },
        ]),
      )
    },
    async begin({ repository, revision, name }) {
      const added = await db
        .insertInto('checks')
        .values({ repository, revision, name, forge_id: '', content_hash: '' })
        .onConflict(it => it.columns(['repository', 'revision', 'name']).doNothing())
        .returning('name')
        .executeTakeFirst()
      return added !== undefined
    },
    async save({ repository, revision, name, ...sent }) {
      const facts = {
        forge_id: sent.id ?? '',
        content_hash: sent.contentHash,
        is_completed: sent.isCompleted,
        annotations_hash: sent.annotationsHash,
        edited_at: sent.editedAt,
      }
      await db
        .insertInto('checks')
        .values({ repository, revision, name, ...facts })
        .onConflict(it => it.columns(['repository', 'revision', 'name']).doUpdateSet(facts))
        .execute()
    },
  }
}
