import { ChartError } from './charts.ts'

/** Where a chart repository is, in one form for all ways to write it. */
export interface ChartUrl {
  readonly scheme: 'http' | 'https' | 'oci' | 's3'
  /** Host and port in lower case; the bucket of an S3 URL. */
  readonly host: string
  /** Without slashes at its ends. */
  readonly path: string
  /** What may be asked besides, such as `?branch=main`; with its question mark. */
  readonly query: string
}

const schemes = ['http', 'https', 'oci', 's3'] as const

/** Throws {@link ChartError} that says what such a URL looks like. `text` without a scheme is an OCI registry's. */
export function parseChartUrl(text: string): ChartUrl {
  const written = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `oci://${text}`
  const wrong = (message: string, hint: string | null = forms) =>
    new ChartError('chart-host', `${shownText(text)} is no chart repository: ${message}`, hint)
  const scheme = schemes.find(it => written.toLowerCase().startsWith(`${it}://`))
  if (scheme === undefined) throw wrong('its scheme is none of https, oci and s3')
  if (scheme === 's3') {
    const bucket = bucketUrl(written)
    if (bucket === null) throw wrong('there is no bucket of that name', 'write it as s3://bucket/prefix')
    return bucket
  }
  // In a scheme that the parser knows, so that host and dots in the path are brought to one form.
  const known = written.replace(/^[a-z0-9]+:/i, scheme === 'http' ? 'http:' : 'https:')
  if (!URL.canParse(known)) throw wrong('it cannot be read as a URL')
  const url = new URL(known)
  if (url.username || url.password) {
    const hint = 'keep credentials out of Git: give them to the agent, in its list of chart hosts'
    throw wrong('it holds a user or a password', hint)
  }
  if (/%2f|%5c|%00|\\/i.test(url.pathname)) throw wrong('its path holds an encoded slash')
  const path = url.pathname.split('/').filter(Boolean).join('/')
  const isDockerHub = scheme === 'oci' && ['docker.io', 'index.docker.io'].includes(url.host)
  return { scheme, host: isDockerHub ? 'registry-1.docker.io' : url.host, path, query: url.search }
}

function bucketUrl(text: string): ChartUrl | null {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,62})(?:\/([^?#]*))?$/i.exec(text) ?? []
  if (bucket === undefined) return null
  const parts = (key ?? '').split('/').filter(Boolean)
  if (parts.some(it => it === '.' || it === '..')) return null
  return { scheme: 's3', host: bucket, path: parts.join('/'), query: '' }
}

const forms = 'write it as https://host/path, oci://host/path or s3://bucket/prefix'

/** For messages and keys: without what may be secret. */
export function shown(url: Omit<ChartUrl, 'query'>): string {
  return `${url.scheme}://${url.host}${url.path === '' ? '' : `/${url.path}`}`
}

/** What was written where a URL belongs, without user, password and query. */
export function shownText(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/@]*@/i, '$1').replace(/[?#].*$/, '')
}

/** Whether `url` is `prefix` or lies below it. Prefixes end at a slash: `/team` holds `/team/a` and not `/teammate`. */
export function isBelowUrl(url: Omit<ChartUrl, 'query'>, prefix: Omit<ChartUrl, 'query'>): boolean {
  if (url.scheme !== prefix.scheme || url.host !== prefix.host) return false
  return prefix.path === '' || url.path === prefix.path || url.path.startsWith(`${prefix.path}/`)
}
