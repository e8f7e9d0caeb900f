import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, ToolError } from '../machine/errors.ts'
import { withLock } from '../machine/lock.ts'
import { cacheFolder, isExecutable } from '../machine/programs.ts'
import { buildBinary } from './build.ts'
import { createDownloader, type Downloader } from './download.ts'
import { findGiven, linkTogether } from './given-binaries.ts'
import { binaries, cacheKey, currentPlatform, type Platform } from './pins.ts'
import { type BinaryProgress, type Reporter, reporter } from './progress.ts'
import { releaseOf } from './releases.ts'

export interface EnsureBinariesOptions {
  readonly onProgress?: ((progress: BinaryProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Read for PLUMBLINE_BIN, KUBEBUILDER_ASSETS, XDG_CACHE_HOME. Default: the process's. */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Provides the control plane's binaries and returns the one folder that holds them all: from the folders that
 * PLUMBLINE_BIN and KUBEBUILDER_ASSETS name, from the user's cache, by download, or built from the pinned Go modules.
 *
 * Idempotent and quick once they are there. Any number of processes may call it at once. When it is interrupted, the
 * binaries that were finished stay. Rejects with {@link ToolError} that says what to install.
 */
export async function ensureBinaries(options: EnsureBinariesOptions = {}): Promise<string> {
  const env = options.env ?? process.env
  const given = await findGiven(env)
  const [complete, ...others] = new Set(binaries.map(({ name }) => given.get(name)))
  if (complete !== undefined && others.length === 0) return complete

  const platform = currentPlatform()
  const cache = join(cacheFolder(env), 'bin')
  const folder = join(cache, cacheKey(platform))
  await mkdir(folder, { recursive: true })
  const downloader = createDownloader()
  for (const [index, binary] of binaries.entries()) {
    if (given.has(binary.name)) continue
    const report = reporter(binary.name, index + 1, options.onProgress)
    try {
      await ensureOne({ binary, folder, platform, downloader, report, signal: options.signal })
    } finally {
      report.stop()
    }
  }
  return given.size === 0 ? folder : linkTogether(cache, folder, given)
}

interface OneBinary {
  readonly binary: (typeof binaries)[number]
  readonly folder: string
  readonly platform: Platform
  readonly downloader: Downloader
  readonly report: Reporter
  readonly signal: AbortSignal | undefined
}

async function ensureOne(one: OneBinary): Promise<void> {
  const { folder, report, signal } = one
  const target = join(folder, one.binary.name)
  if (await isExecutable(target)) return report('cached')
  const lock = join(folder, '.lock')
  await withLock(lock, { signal, onWait: () => report('waiting') }, async () => {
    if (await isExecutable(target)) return
    await removeLeftovers(folder)
    await downloadOrBuild(one, target)
  })
  report('ready')
}

async function downloadOrBuild(one: OneBinary, target: string): Promise<void> {
  const { binary, platform, downloader, report, signal } = one
  const reasons: string[] = []
  const release = releaseOf(binary.name, platform)
  if (release !== undefined) {
    try {
      report('downloading')
      return await downloader.download(release, target, signal)
    } catch (error) {
      signal?.throwIfAborted()
      reasons.push(`download: ${messageOf(error)}`)
    }
  }
  try {
    report('building')
    await buildBinary(binary, platform, target, signal)
  } catch (error) {
    signal?.throwIfAborted()
    reasons.push(`build: ${messageOf(error)}`)
    throw new ToolError(
      [
        `could not get ${binary.name}:`,
        ...reasons.map(reason => `  ${reason}`),
        'Do one of these and run the command again; what is finished is kept:',
        '  install Go 1.26 or newer (https://go.dev/doc/install), with access to a Go module proxy',
        '  allow access to dl.k8s.io, github.com, api.github.com and get.helm.sh',
        `  set PLUMBLINE_BIN to a folder that holds ${binaries.map(({ name }) => name).join(', ')}`,
      ].join('\n'),
      { cause: error },
    )
  }
}

/** What a killed process left half done. Only called under the lock, so nobody is at work on it. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (/^\.(build|download)-/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
