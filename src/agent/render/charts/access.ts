import { readFile } from 'node:fs/promises'
import type { Reach } from './addresses.ts'
import type { ChartHost, ChartHosts } from './chart-hosts.ts'
import { type ChartUrl, shown } from './chart-url.ts'
import { ChartError } from './charts.ts'

/** How one URL may be asked. */
export interface Access {
  readonly url: ChartUrl
  /** Null when no entry of the list is about it: without credentials then. */
  readonly entry: ChartHost | null
  /** How far a request may lead that began here. */
  reach(url: URL): Reach
}

/** Decides on what a document names. Throws {@link ChartError} when charts must not come from there. */
export function accessToWritten(url: ChartUrl, hosts: ChartHosts): Access {
  const entry = hosts.entryFor(url)
  if (entry === null && hosts.closed) {
    throw new ChartError(
      'chart-host',
      `charts may not be fetched from ${shown(url)}: the agent's list of chart hosts does not hold it`,
      'ask for it to be added under "charts" in the values of the agent\'s Helm chart, or keep the chart in the repository',
    )
  }
  if (entry === null && url.scheme === 'http') throw unencrypted(url)
  return access(url, entry, url)
}

/** Decides on what the repository `from` told: where an archive of its index lies. */
export function accessToTold(url: ChartUrl, from: Access, hosts: ChartHosts): Access {
  const sameHost = url.scheme === from.url.scheme && url.host === from.url.host
  const entry = hosts.entryFor(url) ?? (sameHost ? from.entry : null)
  if (url.scheme === 's3' && entry === null && hosts.closed) {
    const message = `the archive lies in ${shown(url)}, which the agent's list of chart hosts does not hold`
    throw new ChartError('chart-host', message, 'ask for it to be added there')
  }
  if (url.scheme === 'http' && entry === null) throw unencrypted(url)
  const told = access(url, entry, sameHost ? from.url : null)
  const toldByOthers = from.entry?.otherHosts ?? []
  return { ...told, reach: it => (toldByOthers.includes(it.host) ? 'named' : told.reach(it)) }
}

function access(url: ChartUrl, entry: ChartHost | null, written: ChartUrl | null): Access {
  const named = entry === null ? [] : [entry.url.host, ...(entry.otherHosts ?? [])]
  return {
    url,
    entry,
    reach(it) {
      if (named.includes(it.host)) return 'named'
      return it.host === written?.host ? 'written' : 'told'
    },
  }
}

function unencrypted(url: ChartUrl): ChartError {
  const message = `${shown(url)} is not encrypted`
  return new ChartError('chart-host', message, 'use https://, or name it in the list of chart hosts')
}

/** `Basic ...`, or null when there is nothing to say. Files are read at each use, so that they may be rotated. */
export async function basicAuthorization(entry: ChartHost | null): Promise<string | null> {
  if (!entry?.usernameFile || !entry.passwordFile) return null
  const user = await readNamed(entry.usernameFile)
  const password = await readNamed(entry.passwordFile)
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

export async function authorityOf(entry: ChartHost | null): Promise<string | null> {
  return entry?.caFile ? readNamed(entry.caFile) : null
}

export async function readNamed(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    const message = `the file ${file}, which the list of chart hosts names, cannot be read`
    throw new ChartError('chart-credentials', message, 'see whether the Secret that holds it is mounted', {
      cause,
    })
  }
}

/** A server that lets nobody, or not us, in. */
export function wantsCredentials(what: string, access: Access, status: number): ChartError {
  const { host } = access.url
  const given = access.entry?.usernameFile !== undefined || access.entry?.accessKeyIdFile !== undefined
  return new ChartError(
    'chart-credentials',
    given
      ? `${what}: ${host} refuses the credentials given for it (${status})`
      : `${what}: ${host} wants credentials (${status})`,
    given
      ? "mend the files that the agent's list of chart hosts names for it"
      : `name usernameFile and passwordFile for it in the agent's list of chart hosts ("charts" in the values of its Helm chart)`,
  )
}
