import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ToolError, messageOf } from '../machine/errors.ts'
import { checksumIn, type Release } from './releases.ts'
import { run } from '../machine/run.ts'

const answerWithinMilliseconds = 4_000
const stalledAfterMilliseconds = 20_000

/** Fetches release files. A host that could not be reached is not asked again by the same downloader. */
export interface Downloader {
  /**
   * Puts the release's binary at `target`, executable and verified against its published checksum.
   * Rejects with {@link ToolError} if a host is unreachable, the file missing or the checksum wrong;
   * `target` exists complete or not at all.
   */
  download(release: Release, target: string, signal: AbortSignal | undefined): Promise<void>
}

export function createDownloader(): Downloader {
  const unreachable = new Map<string, string>()

  async function open(url: string, signal: AbortSignal | undefined): Promise<OpenResponse> {
    const { host } = new URL(url)
    const before = unreachable.get(host)
    if (before !== undefined) throw new ToolError(before)
    const transfer = new AbortController()
    const timer = setTimeout(
      () => transfer.abort(new Error(`no answer within ${answerWithinMilliseconds / 1000} s`)),
      answerWithinMilliseconds,
    )
    try {
      const signals = signal === undefined ? [transfer.signal] : [transfer.signal, signal]
      const response = await fetch(url, { signal: AbortSignal.any(signals) })
      if (response.ok) return { response, transfer }
      await response.body?.cancel()
      throw new ToolError(`${url} answered ${response.status}`)
    } catch (error) {
      if (error instanceof ToolError || signal?.aborted) throw error
      const reason = `${host} cannot be reached (${messageOf(error)})`
      unreachable.set(host, reason)
      throw new ToolError(reason, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async download(release, target, signal) {
      const sums = await open(release.checksum.url, signal)
      const expected = checksumIn(await sums.response.text(), release.checksum)
      if (expected === undefined) {
        throw new ToolError(`${release.checksum.url} gives no SHA-256 for ${release.url}`)
      }
      const folder = await mkdtemp(join(dirname(target), '.download-'))
      try {
        const file = join(folder, 'file')
        const actual = await save(await open(release.url, signal), file)
        if (actual !== expected) {
          throw new ToolError(`${release.url} has SHA-256 ${actual}, published is ${expected}`)
        }
        const binary = release.member === undefined ? file : join(folder, release.member)
        if (release.member !== undefined) {
          await run('tar', ['-xzf', file, '-C', folder, release.member], { signal })
        }
        await chmod(binary, 0o755)
        await rename(binary, target)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

interface OpenResponse {
  readonly response: Response
  readonly transfer: AbortController
}

/** Writes the body to `file` and returns its SHA-256; gives up when nothing arrives for a while. */
async function save({ response, transfer }: OpenResponse, file: string): Promise<string> {
  if (response.body === null) throw new ToolError(`${response.url} has no content`)
  const hash = createHash('sha256')
  const stalled = () => transfer.abort(new Error(`nothing received for ${stalledAfterMilliseconds / 1000} s`))
  let timer = setTimeout(stalled, stalledAfterMilliseconds)
  try {
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          clearTimeout(timer)
          timer = setTimeout(stalled, stalledAfterMilliseconds)
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(file),
    )
  } catch (error) {
    throw new ToolError(`could not download ${response.url}: ${messageOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
  return hash.digest('hex')
}
