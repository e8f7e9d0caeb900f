import { createBoundedMemory } from './bounded-memory.ts'
import type { FileReading } from './find-applications.ts'
import type { KustomizationReading } from './kustomization.ts'

/** What a file said when it was read, with the lines and items that reading it took. */
export interface Reading<T> {
  readonly said: T
  readonly items: number
}

/**
 * What files say, by their content: from one pull request to the next, a repository is nearly all the same. Holds what is asked for most
 * lately, within a bound. Keys come from trees whose keys name contents (blobs); a tree of another kind needs a memory of its own.
 */
export interface ReadingMemory {
  readonly applications: Readings<FileReading>
  readonly kustomizations: Readings<KustomizationReading>
  readonly charts: Readings<readonly string[]>
}

export interface Readings<T> {
  get(key: string): Reading<T> | undefined
  set(key: string, reading: Reading<T>): void
}

/** Lines and items: some hundred bytes each. */
const mostItems = 300_000

export function createReadingMemory(): ReadingMemory {
  return { applications: createReadings(), kustomizations: createReadings(), charts: createReadings() }
}

function createReadings<T>(): Readings<T> {
  const memory = createBoundedMemory<Reading<T>>(mostItems)
  return {
    get: key => memory.get(key),
    // What says nothing takes its key.
    set: (key, reading) => memory.set(key, reading, reading.items + 1),
  }
}
