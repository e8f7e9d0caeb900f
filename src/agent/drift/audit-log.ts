import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import type { AuditEntry } from '../../engine/audit.ts'
import { answeredAt, type AuditedObject, auditEventOf, entryFor, namedIn } from './audit-line.ts'

/** The API server's audit log, read when there is something to find out. */
export interface AuditLog {
  /**
   * Writes of each object, oldest first, that were answered at `since` or later. Reads back from the log's end: as far as `since`, and not
   * farther than {@link AuditLogOptions.mostBytes}. Rejects when the log cannot be read.
   */
  writesOf(
    objects: readonly AuditedObject[],
    since: Date,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<AuditedObject, readonly AuditEntry[]>>
}

export interface AuditLogOptions {
  /** File that the API server writes; what it rotates lies beside it. */
  readonly path: string
  /** Default 16 MiB: as much as is read in a fraction of a second. */
  readonly mostBytes?: number
}

const chunkBytes = 1024 * 1024

export function createAuditLog({ path, mostBytes = 16 * chunkBytes }: AuditLogOptions): AuditLog {
  return {
    async writesOf(objects, since, signal) {
      const found = new Map(objects.map(it => [it, [] as AuditEntry[]]))
      const byName = Map.groupBy(objects, it => it.name)
      const from = since.getTime()
      let left = mostBytes
      for (const file of await newestFirst(path, from)) {
        for await (const lines of linesBackwards(file, left)) {
          signal.throwIfAborted()
          // Whoever waits for this process gets a turn between two chunks.
          await breathe()
          for (const line of lines) {
            left -= line.length
            const at = answeredAt(line)
            if (at !== null && at < from) return inOrder(found)
            note(line, byName, found)
          }
        }
        if (left <= 0) break
      }
      return inOrder(found)
    },
  }
}

type Found = ReadonlyMap<AuditedObject, AuditEntry[]>

function note(line: string, byName: ReadonlyMap<string, readonly AuditedObject[]>, found: Found): void {
  const name = namedIn(line)
  const meant = name === null ? [...found.keys()] : byName.get(name)
  if (!meant) return
  const event = auditEventOf(line)
  if (!event) return
  for (const object of meant) {
    const entry = entryFor(event, object)
    if (entry) found.get(object)?.push(entry)
  }
}

function inOrder(found: Found): Found {
  for (const entries of found.values()) entries.reverse()
  return found
}

/** The log, and what was rotated away since: `audit.log`, `audit-2026-11-22T10-00-00.000.log`. Source: kube-apiserver, lumberjack. */
async function newestFirst(path: string, from: number): Promise<readonly string[]> {
  const extension = extname(path)
  const stem = `${basename(path, extension)}-`
  const beside = await readdir(dirname(path))
  const rotated = beside.filter(it => it.startsWith(stem) && it.endsWith(extension))
  const files = await Promise.all(
    rotated.map(async name => {
      const file = join(dirname(path), name)
      return { file, endedAt: (await stat(file)).mtimeMs }
    }),
  )
  const recent = files.filter(it => it.endedAt >= from).toSorted((a, b) => b.endedAt - a.endedAt)
  return [path, ...recent.map(it => it.file)]
}

/** Whole lines of a file in chunks, the last line first. The beginning of a line that is being written is left out. */
async function* linesBackwards(path: string, mostBytes: number): AsyncGenerator<readonly string[], void> {
  const file = await open(path)
  try {
    let end = (await file.stat()).size
    const first = Math.max(0, end - mostBytes)
    let rest = Buffer.alloc(0)
    let isLast = true
    while (end > first) {
      const begin = Math.max(first, end - chunkBytes)
      const chunk = Buffer.alloc(end - begin)
      await file.read(chunk, 0, chunk.length, begin)
      const text = Buffer.concat([chunk, rest])
      const lines: string[] = []
      let stop = text.length
      while (stop > 0) {
        const at = text.lastIndexOf(10, stop - 1)
        if (at < 0) break
        if (!isLast && at + 1 < stop) lines.push(text.toString('utf8', at + 1, stop))
        isLast = false
        stop = at
      }
      yield lines
      rest = text.subarray(0, stop)
      end = begin
    }
    if (first === 0 && !isLast && rest.length > 0) yield [rest.toString('utf8')]
  } finally {
    await file.close()
  }
}
