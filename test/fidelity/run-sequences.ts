import fc from 'fast-check'
import { play, type Tally } from './play.ts'
import type { Lane, Place } from './place.ts'
import { type Sequence, sequences } from './sequence.ts'

/** A sequence in which something did not hold, as simple as it could be made. */
export interface Counterexample {
  /** Which of the seed's sequences it was at first. */
  readonly index: number
  readonly sequence: Sequence
  /** What was done and what was wrong, for people. */
  readonly text: string
}

export interface Run {
  readonly seed: number
  readonly from?: number
  readonly count: number
  /** How many play at the same time. */
  readonly lanes: number
  /** Counterexamples are made simpler up to this number of attempts. */
  readonly simplify?: number
  /** No more are begun after this many. Default: all are played. */
  readonly enough?: number
  readonly onDone?: (done: number, found: readonly Counterexample[]) => void
}

export interface Ran {
  readonly found: readonly Counterexample[]
  readonly tally: Tally
}

/** Plays the sequences of a seed: always the same ones. */
export async function runSequences(place: Place, run: Run): Promise<Ran> {
  const { seed, from = 0, count, lanes, enough = Number.POSITIVE_INFINITY } = run
  const found: Counterexample[] = []
  const tally: Record<string, number> = {}
  let next = from
  let done = 0
  async function work(lane: Lane): Promise<void> {
    while (next < from + count && found.length < enough) {
      const index = next++
      const counterexample = await tryOne(place, lane, { seed, index, simplify: run.simplify ?? 60, tally })
      if (counterexample) found.push(counterexample)
      run.onDone?.(++done, found)
    }
  }
  await Promise.all(Array.from({ length: lanes }, () => work(place.openLane())))
  return { found, tally }
}

interface Try {
  readonly seed: number
  readonly index: number
  readonly simplify: number
  readonly tally: Record<string, number>
}

async function tryOne(
  place: Place,
  lane: Lane,
  { seed, index, simplify, tally }: Try,
): Promise<Counterexample | null> {
  let attempts = 0
  let text = ''
  const property = fc.asyncProperty(sequences, async sequence => {
    if (attempts++ > simplify) return
    const { mismatches, script, tally: counts } = await play(sequence, place, lane)
    for (const [name, count] of Object.entries(counts)) tally[name] = (tally[name] ?? 0) + count
    if (mismatches.length === 0) return
    const wrong = mismatches.map(it => `${it.law}: ${it.id ?? ''}\n${it.detail}`)
    text = [...script, ...wrong].join('\n')
    throw new Error('a law did not hold')
  })
  const details = await fc.check(property, { seed, path: String(index), numRuns: 1 })
  if (!details.failed) return null
  const [sequence] = details.counterexample ?? []
  if (!sequence || text === '') throw details.errorInstance
  return { index, sequence, text }
}
