import { createReadStream } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Extract } from 'tar-stream'
import { ChartError } from './charts.ts'

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never

export interface UnpackLimits {
  readonly maxFiles: number
  readonly maxInputBytes: number
}

/** helm refuses larger charts than this as well; what is inside is templates. */
const mostUnpackedBytes = 128 * 1024 ** 2
const mostEntries = 10_000
const longestPath = 512

/**
 * Unpacks a chart's archive into `folder` and returns the name of the one folder in it, which holds the chart. Files only, below
 * that folder only, no more of them than `limits` allow. Rejects with {@link ChartError}, which calls the chart `what`.
 */
export async function unpackChart(
  archive: string,
  folder: string,
  how: { readonly what: string; readonly limits: UnpackLimits; readonly signal: AbortSignal },
): Promise<string> {
  const { what, limits, signal } = how
  const maxBytes = Math.min(limits.maxInputBytes, mostUnpackedBytes)
  const maxEntries = Math.min(limits.maxFiles, mostEntries)
  const tops = new Set<string>()
  const made = new Set<string>()
  let count = 0

  async function write(entry: Entry): Promise<void> {
    const { type, name } = entry.header
    count += 1
    if (count > maxEntries) throw refused(what, `holds more than ${maxEntries} files`)
    if (type === 'directory') return void entry.resume()
    if (type !== 'file' && type !== 'contiguous-file')
      throw refused(what, `holds ${kindOf(type)}, ${quoted(name)}`)
    const parts = safeParts(name)
    if (parts === null) throw refused(what, `holds a file that would lie elsewhere, ${quoted(name)}`)
    tops.add(parts[0]!)
    const file = join(folder, ...parts)
    const parent = dirname(file)
    if (!made.has(parent)) await mkdir(parent, { recursive: true })
    made.add(parent)
    try {
      await writeFile(file, entry as AsyncIterable<Buffer>, { flag: 'wx', mode: 0o644 })
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
      throw refused(what, `holds ${quoted(name)} twice`, cause)
    }
  }

  // All that comes out counts, headers too: those alone can be made to be gigabytes.
  async function* bounded(chunks: AsyncIterable<Buffer>) {
    let bytes = 0
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) throw refused(what, `holds more than ${Math.round(maxBytes / 1024 ** 2)} MiB`)
      yield chunk
    }
  }

  // Loaded when it is needed: most renders have no archive.
  const { extract } = await import('tar-stream')
  const entries = extract()
  const reading = pipeline(createReadStream(archive), createGunzip(), bounded, entries, { signal })
  // Awaited below; what fails first is what counts.
  reading.catch(() => undefined)
  try {
    for await (const entry of entries) await write(entry)
    await reading
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof ChartError) throw cause
    throw refused(what, 'cannot be unpacked: it is no tar.gz, or a broken one', cause)
  }
  const [top, ...others] = tops
  const found =
    top !== undefined &&
    others.length === 0 &&
    (await stat(join(folder, top, 'Chart.yaml')).catch(() => null))
  if (!found) throw refused(what, 'is no chart: it holds no folder with a Chart.yaml')
  return top
}

/** Null when the name leads out of the folder that is unpacked into, or may be read as if it did. */
function safeParts(name: string): readonly string[] | null {
  if (name.length > longestPath || name.startsWith('/') || /[\0\\]/.test(name)) return null
  const parts = name.split('/').filter(it => it !== '' && it !== '.')
  return parts.length < 2 || parts.includes('..') ? null : parts
}

function kindOf(type: Entry['header']['type']): string {
  return type === 'symlink' || type === 'link' ? 'a link' : 'something other than files'
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100))
}

function refused(what: string, why: string, cause?: unknown): ChartError {
  return new ChartError(
    'chart-archive',
    `the archive of ${what} ${why}`,
    'package it with "helm package" and publish it again',
    { cause },
  )
}
