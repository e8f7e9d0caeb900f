import type { ObjectId } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { DriftTiming } from './drift-watcher.ts'

export interface Fight {
  readonly id: ObjectId
  readonly manager: string
  readonly path: string
}

export type HealVerdict =
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly milliseconds: number }
  /** Somebody keeps writing; healing has stopped until the next sync. */
  | { readonly kind: 'fight'; readonly fight: Fight }

/** After this many heals of one field within the window, healing stops. */
const mostHeals = 5
const windowMs = 10 * 60_000

/** Decides when a drifted object is put back, from how often that was done before. One per application; times in milliseconds. */
export interface HealPolicy {
  judge(change: Change, nowMs: number): HealVerdict
  /** A heal was tried: `change` is what it put back, or failed to. */
  tried(change: Change, nowMs: number): void
  /** The object is as synced again by somebody else's doing: a fight about it is over. */
  converged(id: ObjectId): void
  readonly fight: Fight | null
}

export function createHealPolicy(timing: Pick<DriftTiming, 'healPause' | 'longestHealPause'>): HealPolicy {
  const heals = new Map<string, readonly number[]>()
  const fights = new Map<ObjectId, Fight>()
  const recent = (key: string, nowMs: number) => (heals.get(key) ?? []).filter(at => nowMs - at < windowMs)

  return {
    judge(change, nowMs) {
      const known = fights.get(change.id)
      if (known) return { kind: 'fight', fight: known }
      const times = placesOf(change).map(place => ({
        ...place,
        times: recent(keyOf(change, place.path), nowMs),
      }))
      const worst = times.toSorted((a, b) => b.times.length - a.times.length)[0]
      if (!worst || worst.times.length === 0) return { kind: 'now' }
      if (worst.times.length >= mostHeals) {
        const fight = { id: change.id, manager: worst.manager, path: worst.path }
        fights.set(change.id, fight)
        return { kind: 'fight', fight }
      }
      const pause = Math.min(timing.healPause * 2 ** (worst.times.length - 1), timing.longestHealPause)
      const milliseconds = pause - (nowMs - (worst.times.at(-1) ?? nowMs))
      return milliseconds <= 0 ? { kind: 'now' } : { kind: 'later', milliseconds }
    },
    tried(change, nowMs) {
      for (const { path } of placesOf(change)) {
        const key = keyOf(change, path)
        heals.set(key, [...recent(key, nowMs), nowMs])
      }
    },
    converged: id => {
      fights.delete(id)
    },
    get fight() {
      return fights.values().next().value ?? null
    },
  }
}

/** A deleted object has no fields: it counts as one place, its root. Nobody is on record for a deletion. */
function placesOf(change: Change): readonly { readonly path: string; readonly manager: string }[] {
  if (change.fields.length === 0) return [{ path: '', manager: unknownManager }]
  return change.fields.map(({ path, manager }) => ({ path, manager: manager ?? unknownManager }))
}

const unknownManager = 'unknown'

function keyOf(change: Change, path: string): string {
  return `${change.id} ${path}`
}
