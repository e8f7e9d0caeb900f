import { readFile } from 'node:fs/promises'
import { accessToTold, type Access } from './access.ts'
import type { ChartHosts } from './chart-hosts.ts'
import { type ChartUrl, parseChartUrl, shown, shownText } from './chart-url.ts'
import { ChartError, type ChartLimits } from './charts.ts'
import { type IndexEntry, versionsIn } from './index-file.ts'
import { type KeptFiles, sha256 } from './kept-files.ts'
import type { ChartRepository, FileReader, Wanted } from './repository.ts'
import { newestVersions, pickVersion } from './version-range.ts'

export interface IndexDependencies {
  readonly hosts: ChartHosts
  readonly readers: Readonly<Record<'http' | 'https' | 's3', FileReader>>
  readonly limits: ChartLimits
  /** Indexes of a minute ago: many applications take their charts from one repository, and its index may have megabytes. */
  readonly indexes: KeptFiles
  readonly now: () => number
}

const indexFreshMs = 60_000

/** A classic repository: an `index.yaml`, and archives where it says, over HTTPS or in a bucket. */
export function createIndexRepository(deps: IndexDependencies): ChartRepository {
  const { hosts, limits, indexes } = deps

  const read: FileReader = (ask, signal) => {
    const { scheme } = ask.access.url
    if (scheme === 'oci') throw new Error('an index is not read from a registry')
    return deps.readers[scheme](ask, signal)
  }

  async function readIndex(access: Access, what: string, signal: AbortSignal): Promise<Buffer | 'missing'> {
    const url = { ...access.url, path: [access.url.path, 'index.yaml'].filter(Boolean).join('/') }
    const name = `${sha256(JSON.stringify(url))}.yaml`
    const kept = await indexes.find(name)
    if (kept && deps.now() - kept.usedAt < indexFreshMs) return readFile(kept.file)
    const bytes = await read({ access: { ...access, url }, what, maxBytes: limits.maxIndexBytes }, signal)
    if (bytes !== 'missing') await indexes.put(name, bytes)
    return bytes
  }

  async function versions({ access, name }: Wanted, signal: AbortSignal): Promise<readonly IndexEntry[]> {
    const what = `the index of ${shown(access.url)}`
    const bytes = await readIndex(access, what, signal)
    if (bytes === 'missing') {
      const message = `${shown(access.url)} is no chart repository: it has no index.yaml`
      throw new ChartError(
        'chart-not-found',
        message,
        'repoURL is what "helm repo add" takes; a registry is written as oci://',
      )
    }
    const found = versionsIn(new TextDecoder().decode(bytes), name)
    if (found === 'broken') {
      throw new ChartError('chart-invalid', `${what} cannot be read: it is no index of charts`, null)
    }
    if (found === null) {
      const message = `the chart ${name} is not in ${shown(access.url)}`
      throw new ChartError('chart-not-found', message, 'see whether its name and the URL are right')
    }
    return found
  }

  async function download(entry: IndexEntry, wanted: Wanted, signal: AbortSignal): Promise<Buffer> {
    const { access, name } = wanted
    const what = `the chart ${name} ${entry.version} of ${shown(access.url)}`
    const [first] = entry.urls
    if (first === undefined)
      throw new ChartError('chart-invalid', `${what}: the index says no URL for it`, null)
    const told = accessToTold(archiveUrl(first, access.url), access, hosts)
    const bytes = await read({ access: told, what, maxBytes: limits.maxArchiveBytes }, signal)
    if (bytes !== 'missing') return bytes
    const message = `${what}: the index names ${shown(told.url)}, where nothing is`
    throw new ChartError(
      'chart-version',
      message,
      'the repository is broken: publish that version again, or use another',
    )
  }

  return {
    async find(wanted, signal) {
      const entries = await versions(wanted, signal)
      const known = entries.map(it => it.version)
      const version = pickVersion(known, wanted.version)
      const entry = entries.find(it => it.version === version)
      if (!entry) throw noSuchVersion(wanted, known)
      return { version: entry.version, digest: entry.digest, download: s => download(entry, wanted, s) }
    },
  }
}

export function noSuchVersion({ access, name, version }: Wanted, known: readonly string[]): ChartError {
  const newest = newestVersions(known, 5)
  return new ChartError(
    'chart-version',
    `the chart ${name} of ${shown(access.url)} has no version ${version || '*'}`,
    newest.length > 0 ? `its newest are ${newest.join(', ')}` : 'it has none at all',
  )
}

/** Relative ones are below the repository's own URL, not beside it. */
function archiveUrl(text: string, repository: ChartUrl): ChartUrl {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseChartUrl(text)
  const base = repository.scheme === 's3' ? `${shown(repository)}/` : null
  if (base !== null) return parseChartUrl(base + text.replace(/^\//, ''))
  const from = new URL(`${shown(repository)}/`)
  if (!URL.canParse(text, from.href)) {
    throw new ChartError(
      'chart-invalid',
      `the index of ${shown(repository)} names "${shownText(text)}", which is no URL`,
      null,
    )
  }
  const url = new URL(text, from)
  // What the repository's URL asks for besides, such as a token in its query, is asked for its archives too.
  if (url.search === '') url.search = repository.query
  return parseChartUrl(url.href)
}
