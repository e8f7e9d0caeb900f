import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { AuditEntry } from '../../engine/audit.ts'
import { auditEntryOf, type AuditedObject, mayTellOf } from './audit-line.ts'

/** The API server's audit log, read when there is something to find out. */
export interface AuditLog {
  /**
   * Writes of each object, oldest first, that came at `since` or later. Reads back from the log's end: as far as `since`, and not farther
   * than {@link AuditLogOptions.mostBytes}. Rejects when the log cannot be read.
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
  /** Default 64 MiB. */
  readonly mostBytes?: number
}

const chunkBytes = 1024 * 1024

export function createAuditLog({ path, mostBytes = 64 * chunkBytes }: AuditLogOptions): AuditLog {
  return {
    async writesOf(objects, since, signal) {
      const found = new Map(objects.map(it => [it, [] as AuditEntry[]]))
      const from = since.getTime()
      let left = mostBytes
      for (const file of await newestFirst(path, from)) {
        for await (const line of linesBackwards(file, left)) {
          signal.throwIfAborted()
          left -= line.length
          const at = receivedAt(line)
          // Lines are in the order of the answers: some requests take a minute.
          if (at !== null && at < from - 60_000) return inOrder(found)
          for (const object of objects) {
            if (!mayTellOf(line, object)) continue
            const entry = auditEntryOf(line, object)
            if (entry && Date.parse(entry.answeredAt) >= from) found.get(object)?.push(entry)
          }
        }
        if (left <= 0) break
      }
      return inOrder(found)
    },
  }
}

function inOrder(found: ReadonlyMap<AuditedObject, AuditEntry[]>) {
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

/** Whole lines of a file, the last one first. The beginning of a line that is being written is left out. */
async function* linesBackwards(path: string, mostBytes: number): AsyncGenerator<string, void> {
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
      let stop = text.length
      for (
        let at = text.lastIndexOf(10, stop - 1);
        at >= 0 && stop > 0;
        at = text.lastIndexOf(10, stop - 1)
      ) {
        if (!isLast && at + 1 < stop) yield text.toString('utf8', at + 1, stop)
        isLast = false
        stop = at
      }
      rest = text.subarray(0, stop)
      end = begin
    }
    if (first === 0 && !isLast && rest.length > 0) yield rest.toString('utf8')
  } finally {
    await file.close()
  }
}

const received = /"requestReceivedTimestamp":"([^"]+)"/

function receivedAt(line: string): number | null {
  const at = Date.parse(received.exec(line)?.[1] ?? '')
  return Number.isNaN(at) ? null : at
}
