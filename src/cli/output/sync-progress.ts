import type { SyncProgress } from '../../agent/sync/syncer.ts'

/** Lines that say how far a sync is: each step as it begins, and within a step the newest about once a second. */
export interface SyncProgressLines {
  tell(progress: SyncProgress): void
  /** Nothing is written after it. */
  end(): void
}

const betweenLinesMs = 1_000

/** A thousand objects become healthy one after the other: a line for each would bury everything else in a log. */
export function createSyncProgress(stream: { write(text: string): unknown }): SyncProgressLines {
  let step: SyncProgress['step'] | null = null
  let written = ''
  let waiting: string | null = null
  let timer: NodeJS.Timeout | null = null

  function write(message: string): void {
    waiting = null
    if (timer) clearTimeout(timer)
    if (message !== written) stream.write(`${message}\n`)
    written = message
    timer = setTimeout(() => {
      timer = null
      if (waiting !== null) write(waiting)
    }, betweenLinesMs).unref()
  }

  return {
    tell(progress) {
      if (progress.step !== step || timer === null) {
        step = progress.step
        write(progress.message)
      } else waiting = progress.message
    },
    end() {
      if (timer) clearTimeout(timer)
    },
  }
}
