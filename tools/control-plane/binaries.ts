import { access, constants, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildBinary } from './build.ts'
import { createDownloader, type Downloader } from './download.ts'
import { ToolError, messageOf } from '../machine/errors.ts'
import { withLock } from '../machine/lock.ts'
import { binaries, type BinaryName, cacheKey, currentPlatform, type Platform } from './pins.ts'
import { releaseOf } from './releases.ts'

export interface BinaryProgress {
  readonly binary: BinaryName
  /** From 1 to `of`. */
  readonly step: number
  readonly of: number
  /** `waiting`: another process is getting it. `ready`: it is there now; the last phase of each binary. */
  readonly phase: 'waiting' | 'downloading' | 'building' | 'cached' | 'ready'
  /** Since this binary's first phase. Reported again every second while it goes on. */
  readonly elapsedSeconds: number
}

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
  const complete = binaries.map(({ name }) => given.get(name))[0]
  if (complete !== undefined && binaries.every(({ name }) => given.get(name) === complete)) return complete

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

/** Where what is costly to get is kept between runs. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'plumbline')
}

async function findGiven(env: NodeJS.ProcessEnv): Promise<ReadonlyMap<BinaryName, string>> {
  const found = new Map<BinaryName, string>()
  for (const folder of [env['PLUMBLINE_BIN'], env['KUBEBUILDER_ASSETS']]) {
    if (!folder) continue
    for (const { name } of binaries) {
      if (!found.has(name) && (await isExecutable(join(folder, name)))) found.set(name, resolve(folder))
    }
  }
  return found
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

/** A folder of links, for when some binaries were given and the others come from the cache. */
async function linkTogether(
  cache: string,
  folder: string,
  given: ReadonlyMap<BinaryName, string>,
): Promise<string> {
  const sources = binaries.map(({ name }) => join(given.get(name) ?? folder, name))
  const digest = createHash('sha256').update(JSON.stringify(sources)).digest('hex')
  const linked = join(cache, `linked-${digest.slice(0, 12)}`)
  await mkdir(linked, { recursive: true })
  for (const source of sources) {
    const link = join(linked, source.slice(source.lastIndexOf('/') + 1))
    const unfinished = `${link}.${process.pid}`
    await symlink(source, unfinished)
    await rename(unfinished, link)
  }
  return linked
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

interface Reporter {
  (phase: BinaryProgress['phase']): void
  stop(): void
}

/** Reports a phase when it begins and every second while it lasts. */
function reporter(
  binary: BinaryName,
  step: number,
  onProgress: EnsureBinariesOptions['onProgress'],
): Reporter {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  const report = (phase: BinaryProgress['phase']) => {
    const tell = () =>
      onProgress?.({
        binary,
        step,
        of: binaries.length,
        phase,
        elapsedSeconds: Math.round((performance.now() - started) / 1000),
      })
    clearInterval(timer)
    tell()
    if (phase !== 'cached' && phase !== 'ready') timer = setInterval(tell, 1_000)
  }
  return Object.assign(report, { stop: () => clearInterval(timer) })
}
