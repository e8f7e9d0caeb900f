import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

const beatMilliseconds = 5_000
/** A holder that has not shown a sign of life for this long is taken for dead. */
const staleMilliseconds = 30_000
const pollMilliseconds = 50

/**
 * Runs `work` while nobody else, in this process or another one, runs under the same file. A holder that died is
 * recognised: at once on the same machine, after half a minute elsewhere. Waits until `signal` aborts.
 */
export async function withLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const owner = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() })
  while (!(await take(file, owner))) {
    await removeStale(file)
    await pause(pollMilliseconds + Math.random() * pollMilliseconds, undefined, { signal })
  }
  const beat = setInterval(() => void showLife(file), beatMilliseconds)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if ((await holderOf(file)) === owner) await rm(file, { force: true })
  }
}

async function take(file: string, owner: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(owner)
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(file: string): Promise<void> {
  const found = await stat(file).catch(ignoreMissing)
  if (!found) return
  const silent = Date.now() - found.mtimeMs
  const holder = await holderOf(file)
  if (silent < staleMilliseconds && !isDead(holder, silent)) return
  // Renaming first: of several who see the same stale file only one gets it, and a fresh lock is put back.
  const aside = `${file}.${randomUUID()}`
  const moved = await rename(file, aside).then(() => true, ignoreMissing)
  if (moved && (await holderOf(aside)) !== holder) await rename(aside, file).catch(ignoreMissing)
  else await rm(aside, { force: true })
}

function isDead(holder: string | null, silentMilliseconds: number): boolean {
  if (!holder) return silentMilliseconds > beatMilliseconds
  const { host, pid } = parseHolder(holder)
  if (host !== hostname() || pid === undefined) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

function parseHolder(text: string): { host?: string; pid?: number } {
  try {
    return JSON.parse(text) as { host?: string; pid?: number }
  } catch {
    // Half written: its age decides.
    return {}
  }
}

async function holderOf(file: string): Promise<string | null> {
  return (await readFile(file, 'utf8').catch(ignoreMissing)) ?? null
}

async function showLife(file: string): Promise<void> {
  const now = new Date()
  await utimes(file, now, now).catch(ignoreMissing)
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
