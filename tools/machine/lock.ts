import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'

const sqliteBusy = 5
const pollMilliseconds = 100

export interface LockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called once if somebody else holds the lock now. */
  readonly onWait?: (() => void) | undefined
}

/**
 * Runs `work` while holding the machine-wide lock that `file` names; waits for it as long as it takes.
 *
 * SQLite's exclusive transaction is a lock of the operating system on the file: it goes with its holder, however that
 * ends, so there is no stale lock to detect. The file itself stays. Not reentrant.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    let waiting = false
    while (!tryLock(database)) {
      if (!waiting) options.onWait?.()
      waiting = true
      await wait(pollMilliseconds)
      options.signal?.throwIfAborted()
    }
    return await work()
  } finally {
    database.close()
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return false
    throw error
  }
}
