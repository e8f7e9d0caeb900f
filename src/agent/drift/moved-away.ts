import { applicationOf } from '../../engine/ownership.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { LiveRead } from '../../model/rendered.ts'
import type { State } from '../state/state.ts'

/**
 * Objects that another application has taken over, before this one was synced to the commit in which they moved. A label that nobody stands
 * behind is no move: somebody has written it by hand. Rejects with ClusterError.
 */
export async function movedAway(
  state: State,
  application: string,
  live: ReadonlyMap<ObjectId, LiveRead>,
  signal: AbortSignal,
): Promise<ReadonlySet<ObjectId>> {
  const owners = new Map<string, ObjectId[]>()
  for (const [id, read] of live) {
    const owner = read.kind === 'live' ? applicationOf(read.object) : null
    if (owner !== null && owner !== application) owners.set(owner, [...(owners.get(owner) ?? []), id])
  }
  const moved = new Set<ObjectId>()
  for (const [owner, ids] of owners) {
    const inventory = new Set((await state.get(owner, signal))?.status.inventory)
    // The sync that takes it may be under way.
    const journal = await state.readJournal(owner, signal)
    for (const id of ids) {
      if (inventory.has(id) || journal?.takes?.[id] === application) moved.add(id)
    }
  }
  return moved
}
