import type { ObjectId } from '../../model/identity.ts'
import type { Journal, State } from '../state/state.ts'

/**
 * What a sync took from other applications and has put back is theirs again: in their inventory, though they may have been synced
 * since and left it behind. Idempotent. Rejects with ClusterError.
 */
export async function handBack(
  state: State,
  { application, takes = {} }: Pick<Journal, 'application' | 'takes'>,
  signal: AbortSignal,
): Promise<void> {
  const byOwner = Map.groupBy(Object.entries(takes), ([, owner]) => owner)
  for (const [owner, entries] of byOwner) {
    const status = (await state.get(owner, signal))?.status
    if (!status) continue
    const ids: readonly ObjectId[] = entries.map(([id]) => id)
    const inventory = [...new Set([...status.inventory, ...ids])]
    const moving = [
      ...status.moving.filter(it => !ids.includes(it.id)),
      ...ids.map(id => ({ id, to: application.name })),
    ]
    await state.saveStatus(owner, { inventory, moving }, signal)
  }
}
