import { z } from 'zod'
import { authorityOf, wantsCredentials } from './access.ts'
import { shown } from './chart-url.ts'
import { ChartError, type ChartLimits } from './charts.ts'
import type { HttpAnswer, HttpClient } from './http-client.ts'
import { answered } from './http-reader.ts'
import { noSuchVersion } from './index-repository.ts'
import { sha256 } from './kept-files.ts'
import { createRegistrySession, type RegistrySession } from './registry-session.ts'
import type { ChartRepository, FoundChart, Wanted } from './repository.ts'
import { isExactVersion, pickVersion } from './version-range.ts'

const manifestTypes = ['application/vnd.oci.image.manifest.v1+json']
/** The first is helm's since 3.8; the other is what charts pushed before it have. */
const layerTypes = ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip']

const manifestShape = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string(), size: z.number() })).default([]),
})
const tagsShape = z.object({ tags: z.array(z.string()).nullish() })

const maxManifestBytes = 4 * 1024 ** 2
const mostTagPages = 100

/** Charts in a registry, by the OCI distribution specification. The tag of a version has `_` where the version has `+`. */
export function createOciRegistry(deps: {
  readonly http: HttpClient
  readonly limits: ChartLimits
}): ChartRepository {
  async function session(wanted: Wanted): Promise<Repository> {
    const { access, name } = wanted
    const { entry, url } = access
    const path = [url.path, name].filter(Boolean).join('/')
    if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(path)) {
      const message = `the chart ${name} of ${shown(url)} cannot be in a registry: its names are of lower case letters, digits and . _ - /`
      throw new ChartError('chart-not-found', message, null)
    }
    const scheme = entry?.plainHttp ? 'http' : 'https'
    const opened = createRegistrySession({
      http: deps.http,
      access,
      scope: `repository:${path}:pull`,
      ca: await authorityOf(entry),
    })
    return {
      ask: opened,
      base: `${scheme}://${url.host}/v2/${path}`,
      what: `the chart ${name} of ${shown(url)}`,
      wanted,
    }
  }

  async function tags(repository: Repository, signal: AbortSignal): Promise<readonly string[]> {
    const found: string[] = []
    let next: URL | null = new URL(`${repository.base}/tags/list?n=1000`)
    for (let page = 0; next !== null && page < mostTagPages; page++) {
      const answer: HttpAnswer = await repository.ask(
        { url: next, what: repository.what, maxBytes: maxManifestBytes },
        signal,
      )
      if (answer.status === 404) throw noSuchChart(repository.wanted)
      if (answer.status !== 200) throw refused(repository, answer.status)
      found.push(...(json(tagsShape, answer.body, repository).tags ?? []))
      next = nextPage(answer, next)
    }
    return found
  }

  async function manifest(
    repository: Repository,
    reference: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer | null> {
    const url = new URL(`${repository.base}/manifests/${reference}`)
    const ask = { url, what: repository.what, accept: manifestTypes, maxBytes: maxManifestBytes }
    const answer = await repository.ask(ask, signal)
    if (answer.status === 404) return null
    if (answer.status !== 200) throw refused(repository, answer.status)
    const digest = reference.startsWith('sha256:') ? reference : answer.header('docker-content-digest')
    if (digest?.startsWith('sha256:') && digest !== `sha256:${sha256(answer.body)}`)
      throw tampered(repository)
    return answer
  }

  async function fromManifest(
    repository: Repository,
    version: string,
    answer: HttpAnswer,
  ): Promise<FoundChart> {
    const { layers } = json(manifestShape, answer.body, repository)
    const layer = layerTypes
      .map(type => layers.find(it => it.mediaType === type))
      .find(it => it !== undefined)
    const digest = /^sha256:([0-9a-f]{64})$/.exec(layer?.digest ?? '')?.[1]
    if (!layer || digest === undefined) {
      const message = `${repository.what}: what is at ${version} is no chart, but another kind of artifact`
      throw new ChartError('chart-invalid', message, 'push it with "helm push"')
    }
    return {
      version,
      digest,
      async download(signal) {
        const url = new URL(`${repository.base}/blobs/sha256:${digest}`)
        const ask = { url, what: repository.what, maxBytes: deps.limits.maxArchiveBytes }
        const blob = await repository.ask(ask, signal)
        if (blob.status === 200) return blob.body
        throw refused(repository, blob.status)
      },
    }
  }

  return {
    async find(wanted, signal) {
      const repository = await session(wanted)
      const direct = isExactVersion(wanted.version) || wanted.version.startsWith('sha256:')
      if (direct) {
        const answer = await manifest(repository, tagOf(wanted.version), signal)
        if (answer) return fromManifest(repository, wanted.version, answer)
      }
      const known = (await tags(repository, signal)).map(it => it.replaceAll('_', '+'))
      const version = pickVersion(known, wanted.version)
      const answer = version === null ? null : await manifest(repository, tagOf(version), signal)
      if (version === null || answer === null) throw noSuchVersion(wanted, known)
      return fromManifest(repository, version, answer)
    },
  }
}

interface Repository {
  readonly ask: RegistrySession
  readonly base: string
  readonly what: string
  readonly wanted: Wanted
}

function tagOf(version: string): string {
  return encodeURIComponent(version.replaceAll('+', '_')).replaceAll('%3A', ':')
}

/** RFC 8288, as the distribution specification has it. Pages of another host are not asked for. */
function nextPage(answer: HttpAnswer, current: URL): URL | null {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(answer.header('link') ?? '')?.[1]
  if (target === undefined || !URL.canParse(target, current.href)) return null
  const next = new URL(target, current)
  return next.origin === current.origin ? next : null
}

function json<T>(shape: z.ZodType<T>, body: Buffer, { what }: Repository): T {
  try {
    return shape.parse(JSON.parse(body.toString('utf8')))
  } catch (cause) {
    throw new ChartError(
      'chart-invalid',
      `${what}: the registry's answer cannot be read`,
      'is it a registry?',
      { cause },
    )
  }
}

function refused({ what, wanted }: Repository, status: number): ChartError {
  const isAccess = status === 401 || status === 403
  return isAccess
    ? wantsCredentials(what, wanted.access, status)
    : answered(what, wanted.access.url.host, status)
}

function noSuchChart({ access, name }: Pick<Wanted, 'access' | 'name'>): ChartError {
  return new ChartError(
    'chart-not-found',
    `${shown(access.url)} has no chart ${name}`,
    'see whether its name and the URL are right; some registries say so too when they want credentials',
  )
}

function tampered({ what }: Repository): ChartError {
  const message = `${what}: the manifest that came is not the one that was named by its digest`
  return new ChartError(
    'chart-digest',
    message,
    'something between here and the registry changes what it says',
  )
}
