import { canonicalJson } from '../../engine/json.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { AuditLog } from './audit-log.ts'
import type { DriftLogger } from './drift-watcher.ts'
import { nameUsers } from './name-users.ts'

/** Says who made what drifts of one application, where there is an audit log. */
export interface Witness {
  /**
   * Changes with the users that made them; as they are where that cannot be found out. What is known already is not asked again.
   * Rejects only when `signal` aborts.
   */
  name(changes: readonly Change[], told: Told, signal: AbortSignal): Promise<readonly Change[]>
  /** These had drifted, and were as synced at this time. */
  sawInOrder(ids: Iterable<ObjectId>, at: Date): void
}

interface Told {
  readonly known: ReadonlyMap<ObjectId, Change>
  /** RFC 3339. */
  readonly syncedAt: string | null
}

export interface WitnessDependencies {
  /** Null: nobody is named. */
  readonly auditLog: AuditLog | null
  readonly cluster: Pick<Cluster, 'discover'>
  readonly logger: DriftLogger
}

export function createWitness({ auditLog, cluster, logger }: WitnessDependencies): Witness {
  /** Of what has drifted before: what was done earlier was told earlier. */
  const inOrderAt = new Map<ObjectId, string>()
  let isReadable = true

  return {
    async name(changes, { known, syncedAt }, signal) {
      const news = changes.filter(it => !isSame(known.get(it.id), it))
      if (!auditLog || news.length === 0) return withKnown(changes, news, known)
      const since = (id: ObjectId) => inOrderAt.get(id) ?? syncedAt
      try {
        const named = await nameUsers({ auditLog, cluster, changes: news, since }, signal)
        isReadable = true
        return withKnown(changes, named, known)
      } catch (error) {
        signal.throwIfAborted()
        if (isReadable)
          logger.warn({ err: error }, 'the audit log cannot be read: drift is told without users')
        isReadable = false
        return withKnown(changes, news, known)
      }
    },
    sawInOrder(ids, at) {
      for (const id of ids) inOrderAt.set(id, at.toISOString())
    },
  }
}

function withKnown(
  changes: readonly Change[],
  news: readonly Change[],
  known: Told['known'],
): readonly Change[] {
  const byId = new Map(news.map(it => [it.id, it]))
  return changes.map(it => byId.get(it.id) ?? known.get(it.id) ?? it)
}

function isSame(known: Change | undefined, change: Change): boolean {
  return known !== undefined && canonicalJson(unnamed(known)) === canonicalJson(unnamed(change))
}

function unnamed({ action, fields }: Change): unknown {
  return [action, fields.map(({ user: _user, ...field }) => field)]
}
