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
  /** Somebody keeps writing; healing has stopped until the next sync, or until the object is as synced without us. */
  | { readonly kind: 'fight'; readonly fight: Fight }

/** After this many heals of one field within the window, healing stops. */
const mostHeals = 5
const windowMs = 10 * 60_000

interface Attempt {
  readonly atMs: number
  readonly healed: boolean
}

/** Decides when a drifted object is put back, from how often that was done before. One per application. */
export interface HealPolicy {
  judge(change: Change, nowMs: number): HealVerdict
  /** A heal of what `change` says was tried. One that failed makes the next one wait longer, but is no fight. */
  tried(change: Change, attempt: Attempt): void
  /** The object is as synced. */
  converged(id: ObjectId): void
  /** The first of those that go on. */
  readonly fight: Fight | null
}

export function createHealPolicy(timing: Pick<DriftTiming, 'healPause' | 'longestHealPause'>): HealPolicy {
  const attempts = new Map<string, readonly Attempt[]>()
  const fights = new Map<ObjectId, Fight>()
  const recent = (key: string, nowMs: number) =>
    (attempts.get(key) ?? []).filter(it => nowMs - it.atMs < windowMs)

  return {
    judge(change, nowMs) {
      const known = fights.get(change.id)
      if (known) return { kind: 'fight', fight: known }
      const places = placesOf(change).map(it => ({ ...it, tries: recent(keyOf(change, it.path), nowMs) }))
      const fought = places.find(it => it.tries.filter(attempt => attempt.healed).length >= mostHeals)
      if (fought) {
        const fight = { id: change.id, manager: fought.manager, path: fought.path }
        fights.set(change.id, fight)
        return { kind: 'fight', fight }
      }
      const milliseconds = Math.max(0, ...places.map(it => pauseLeft(it.tries, nowMs)))
      return milliseconds === 0 ? { kind: 'now' } : { kind: 'later', milliseconds }
    },
    tried(change, attempt) {
      for (const { path } of placesOf(change)) {
        const key = keyOf(change, path)
        attempts.set(key, [...recent(key, attempt.atMs), attempt])
      }
    },
    converged: id => {
      fights.delete(id)
    },
    get fight() {
      return fights.values().next().value ?? null
    },
  }

  function pauseLeft(tries: readonly Attempt[], nowMs: number): number {
    const last = tries.at(-1)
    if (!last) return 0
    const pause = Math.min(timing.healPause * 2 ** (tries.length - 1), timing.longestHealPause)
    return Math.max(0, pause - (nowMs - last.atMs))
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
