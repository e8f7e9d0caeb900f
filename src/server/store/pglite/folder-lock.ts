import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The embedded database is open in another process, and two would destroy it. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
  constructor(folder: string, pid: number) {
    super(
      `the database in ${folder} is in use by process ${pid}: stop that server first, or set DATABASE_URL to a PostgreSQL that several processes may share`,
    )
  }
}

/** Claims a folder for this process; a claim whose process is gone is taken over. Returns the release. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'in-use-by')
  const claim = `${process.pid} ${startOf(process.pid)}\n`
  for (;;) {
    try {
      writeFileSync(file, claim, { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    }
    const [pid = '', start = ''] = claimIn(file).trim().split(' ')
    if (isAlive(Number(pid), start)) throw new FolderInUseError(folder, Number(pid))
    rmSync(file, { force: true })
  }
}

function claimIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw cause
  }
}

function isAlive(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return startOf(pid) === start
}

/**
 * When a process started, in clock ticks since boot; tells a process from a later one with its number (in a container that
 * is always 1). Empty where there is no /proc: then the number alone decides.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch (cause) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((cause as NodeJS.ErrnoException).code ?? '')) return ''
    throw cause
  }
}
