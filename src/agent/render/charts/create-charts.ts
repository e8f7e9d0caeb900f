import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { withLock } from '../../../git/lock.ts'
import { accessToWritten } from './access.ts'
import { type Answer, createAnswers } from './answers.ts'
import type { ChartHosts } from './chart-hosts.ts'
import { type ChartUrl, parseChartUrl, shown } from './chart-url.ts'
import {
  ChartError,
  type ChartLimits,
  type ChartRequest,
  type Charts,
  defaultChartLimits,
  type FetchedChart,
} from './charts.ts'
import { createHttpClient } from './http-client.ts'
import { createHttpReader } from './http-reader.ts'
import { createIndexRepository, type IndexDependencies } from './index-repository.ts'
import { createOciRegistry } from './oci-registry.ts'
import { createKeptFiles, sha256 } from './kept-files.ts'
import type { ChartRepository, FoundChart, Wanted } from './repository.ts'
import { createS3Reader } from './s3-reader.ts'
import { isExactVersion } from './version-range.ts'

export interface ChartsOptions {
  readonly hosts: ChartHosts
  /** For archives, and for what exact versions stand for; may be emptied at any time. */
  readonly folder: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly limits?: Partial<ChartLimits>
}

const rangeFreshMs = 5 * 60_000
const exactFreshMs = 60 * 60_000
const requestsAtOnce = 4

export function createCharts(options: ChartsOptions): Charts {
  const { hosts, now } = options
  const limits = { ...defaultChartLimits, ...options.limits }
  const archives = createKeptFiles(join(options.folder, 'archives'), limits.maxKeptBytes)
  const answers = createAnswers(createKeptFiles(join(options.folder, 'versions'), limits.maxKeptBytes))
  const locks = join(options.folder, 'locks')
  const queue = new PQueue({ concurrency: requestsAtOnce })
  const indexes = createKeptFiles(join(options.folder, 'indexes'), limits.maxKeptBytes)
  const repositoryFor = createRepositories(hosts, { limits, indexes, now })

  async function ask(wanted: Wanted, key: string, signal: AbortSignal): Promise<FetchedChart> {
    const found = await repositoryFor(wanted.access.url).find(wanted, signal)
    const kept = found.digest === null ? null : await archiveOf(found.digest)
    const digest = kept === null ? null : found.digest
    const chart = digest === null ? await download(found, wanted, signal) : { digest, archive: kept! }
    await answers.put(key, { version: found.version, digest: chart.digest, at: now() })
    return { version: found.version, ...chart }
  }

  async function download(found: FoundChart, { access, name }: Wanted, signal: AbortSignal) {
    const bytes = await found.download(signal)
    const digest = sha256(bytes)
    if (found.digest !== null && digest !== found.digest) {
      const message = `the chart ${name} ${found.version} of ${shown(access.url)} has another digest than the repository says`
      const hint = 'it was replaced or damaged: publish that version again, or use another'
      throw new ChartError('chart-digest', message, hint)
    }
    return { digest, archive: await archives.put(`${digest}.tgz`, bytes) }
  }

  /** Null when it is not there, or is not what its name says. */
  async function archiveOf(digest: string): Promise<string | null> {
    const name = `${digest}.tgz`
    const found = await archives.find(name)
    if (found === null || sha256(await readFile(found.file).catch(() => '')) !== digest) return null
    await archives.touch(name)
    return found.file
  }

  async function known(answer: Answer | null): Promise<FetchedChart | null> {
    const archive = answer && (await archiveOf(answer.digest))
    return archive ? { version: answer.version, digest: answer.digest, archive } : null
  }

  async function lookUp(key: string, freshMs: number) {
    const answer = await answers.get(key)
    const chart = await known(answer)
    return { chart, isFresh: chart !== null && answer !== null && now() - answer.at < freshMs }
  }

  return {
    async fetch(request, signal) {
      const wanted = wantedBy(request, hosts)
      const { url } = wanted.access
      const isExact = isExactVersion(wanted.version)
      const freshMs = isExact ? exactFreshMs : rangeFreshMs
      const key = JSON.stringify([shown(url), url.query, wanted.name, wanted.version])
      const kept = await lookUp(key, freshMs)
      if (kept.chart && kept.isFresh) return kept.chart
      await mkdir(locks, { recursive: true })
      try {
        // Base and head of a change want the same chart at the same moment.
        return await withLock(join(locks, sha256(key)), signal, async () => {
          const { chart, isFresh } = await lookUp(key, freshMs)
          return chart && isFresh ? chart : queue.add(() => ask(wanted, key, signal), { signal })
        })
      } catch (error) {
        signal.throwIfAborted()
        // A version is not meant to change; that its host is away is no reason to plan nothing.
        const isAway = error instanceof ChartError && error.code === 'chart-unreachable'
        if (kept.chart && isExact && isAway) return kept.chart
        throw error
      }
    },
  }
}

function createRepositories(
  hosts: ChartHosts,
  deps: Pick<IndexDependencies, 'limits' | 'indexes' | 'now'>,
): (url: ChartUrl) => ChartRepository {
  const http = createHttpClient(deps.limits)
  const web = createHttpReader(http)
  const readers = { http: web, https: web, s3: createS3Reader(deps.limits) }
  const index = createIndexRepository({ hosts, readers, ...deps })
  const registry = createOciRegistry({ http, limits: deps.limits })
  return url => (url.scheme === 'oci' ? registry : index)
}

function wantedBy({ repository, name, version }: ChartRequest, hosts: ChartHosts): Wanted {
  if (!/^[\w][\w.-]*(\/[\w][\w.-]*)*$/.test(name)) {
    throw new ChartError('chart-not-found', `${JSON.stringify(name)} is no name of a chart`, null)
  }
  const url = aliased(repository, hosts) ?? parseChartUrl(repository)
  return {
    access: accessToWritten(url, hosts),
    name,
    version: version === 'HEAD' || version === '*' ? '' : version,
  }
}

function aliased(repository: string, hosts: ChartHosts): ChartUrl | null {
  const name = /^(?:@|alias:)(.+)$/.exec(repository)?.[1]
  if (name === undefined) return null
  const url = hosts.named(name)
  if (url !== null) return url
  const hint = `name the repository by its URL, or give one the name ${name} in the agent's list of chart hosts`
  throw new ChartError('chart-host', `nobody knows which repository "${repository}" is`, hint)
}
