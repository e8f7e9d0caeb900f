import { type Aftermath, openCrashLane } from './crash.ts'
import { instantsOf } from './instants.ts'
import type { ProcessPool } from './processes.ts'
import type { ProofPlace } from './proof-place.ts'

export interface CrashPlay {
  readonly count: number
  readonly seed: number
  /** Worlds side by side. */
  readonly lanes: number
  readonly onDone?: (aftermath: Aftermath, done: number) => void
}

/** Kills `count` syncs, each in a world of its own. */
export async function playCrashes(
  place: ProofPlace,
  pool: ProcessPool,
  { count, seed, lanes, onDone }: CrashPlay,
): Promise<readonly Aftermath[]> {
  const prefix = `crash-${seed}`
  const open = await Promise.all(
    Array.from({ length: lanes }, (_, at) => openCrashLane(place, pool, `${prefix}-${at}`)),
  )
  const [first] = open
  if (!first) throw new RangeError('there is nobody to play: lanes must be 1 or more')
  const succeeds = await first.undisturbed('succeeds')
  const fails = await first.undisturbed('fails')
  const crashes = instantsOf(count, seed, { succeeds, fails }).values()
  const aftermaths: Aftermath[] = []
  await Promise.all(
    open.map(async lane => {
      for (const crash of crashes) {
        const aftermath = await lane.play(crash, succeeds.after)
        aftermaths.push(aftermath)
        onDone?.(aftermath, aftermaths.length)
      }
    }),
  )
  return aftermaths
}
