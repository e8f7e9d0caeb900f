import { randomFrom } from './random.ts'
import type { Crash, Goal, Undisturbed } from './crash.ts'

/**
 * Instants that cover the syncs evenly: each falls at random into a share of its own. Two of three syncs succeed; of four instants three
 * are at a request, before and after it was carried out in turn, and one is at a time.
 */
export function instantsOf(
  count: number,
  seed: number,
  undisturbed: Readonly<Record<Goal, Undisturbed>>,
): readonly Crash[] {
  const random = randomFrom(seed)
  const failing = Math.floor(count / 3)
  const spread = (goal: Goal, size: number): readonly Crash[] =>
    Array.from({ length: size }, (_, at): Crash => {
      const share = (at + random()) / size
      const { requests, ms } = undisturbed[goal]
      if (at % 4 === 3) return { goal, instant: { kind: 'time', ms: Math.round(share * ms) } }
      const number = 1 + Math.floor(share * requests)
      return { goal, instant: { kind: 'request', number, carriedOut: at % 2 === 0 } }
    })
  return [...spread('succeeds', count - failing), ...spread('fails', failing)]
}
