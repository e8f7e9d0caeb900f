import type { ObjectId } from '../../model/identity.ts'

/**
 * Objects that no watch shows, for they are not there or have lost our label: what becomes of them is found by looking, soon after they went and then
 * ever more rarely, until a full comparison comes as often.
 */
export interface OutOfSight {
  note(id: ObjectId, isOutOfSight: boolean): void
  stop(): void
}

export interface OutOfSightOptions {
  /** Milliseconds until the first look; it doubles with each. */
  readonly first: number
  readonly longest: number
  readonly onDue: (ids: readonly ObjectId[]) => void
}

export function createOutOfSight({ first, longest, onDue }: OutOfSightOptions): OutOfSight {
  const ids = new Set<ObjectId>()
  let pauseMs = first
  let timer: NodeJS.Timeout | null = null

  function stop(): void {
    if (timer) clearTimeout(timer)
    timer = null
  }

  function schedule(): void {
    stop()
    if (ids.size > 0) timer = setTimeout(look, pauseMs)
  }

  function look(): void {
    pauseMs = Math.min(pauseMs * 2, longest)
    schedule()
    onDue([...ids])
  }

  return {
    stop,
    note(id, isOutOfSight) {
      if (!isOutOfSight) return void ids.delete(id)
      if (ids.has(id)) return
      ids.add(id)
      pauseMs = first
      schedule()
    },
  }
}
