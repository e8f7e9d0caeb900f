import { getCACertificates } from 'node:tls'
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici'
import { AddressRefused, lookupWithin, type Reach, refusesLiteral } from './addresses.ts'
import { ChartError } from './charts.ts'
import { unreachable } from './network-failures.ts'

export interface HttpAsk {
  readonly url: URL
  /** For messages: `the index of https://...`. */
  readonly what: string
  readonly accept?: readonly string[]
  /** Goes to the origin of `url` and, when that redirects, to no other. */
  readonly authorization?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** PEM, trusted besides the usual ones. */
  readonly ca: string | null
  /** How far `url` itself may lead; where redirects lead is asked anew. */
  reach(url: URL): Reach
  readonly maxBytes: number
}

export interface HttpAnswer {
  readonly status: number
  readonly header: (name: string) => string | null
  /** Empty for every status but 200. */
  readonly body: Buffer
}

export interface HttpClient {
  /** GET. Follows redirects, never from https to http. Rejects with {@link ChartError}, or with the reason of `signal`. */
  get(ask: HttpAsk, signal: AbortSignal): Promise<HttpAnswer>
}

const mostRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])
const longestErrorBytes = 64 * 1024

/** Proxies as the environment names them (HTTPS_PROXY, NO_PROXY); errors that pass are tried again, twice. */
export function createHttpClient({ requestSeconds }: { readonly requestSeconds: number }): HttpClient {
  const dispatchers = new Map<string, Dispatcher>()

  function dispatcherFor(reach: Reach, ca: string | null): Dispatcher {
    const key = JSON.stringify([reach, ca])
    const known = dispatchers.get(key)
    if (known) return known
    const made = createDispatcher(reach, ca, requestSeconds * 1000)
    dispatchers.set(key, made)
    return made
  }

  async function hop(ask: HttpAsk, url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    const reach = ask.reach(url)
    if (refusesLiteral(url.hostname, reach)) throw new AddressRefused(url.host)
    const sameOrigin = url.origin === ask.url.origin
    const response = await request(url, {
      dispatcher: dispatcherFor(reach, ask.ca),
      signal,
      headers: {
        'accept-encoding': 'identity',
        'user-agent': 'plumbline',
        ...(ask.accept ? { accept: ask.accept.join(', ') } : {}),
        ...(sameOrigin ? ask.headers : {}),
        ...(sameOrigin && ask.authorization ? { authorization: ask.authorization } : {}),
      },
    })
    const header = (name: string) => [response.headers[name.toLowerCase()]].flat()[0] ?? null
    const body = await read(response, ask)
    return { status: response.statusCode, header, body }
  }

  async function get(ask: HttpAsk, signal: AbortSignal): Promise<HttpAnswer> {
    let url = ask.url
    for (let count = 0; count <= mostRedirects; count++) {
      const answer = await hop(ask, url, signal)
      const target = redirects.has(answer.status) ? answer.header('location') : null
      if (target === null) return answer
      url = redirected(url, target, ask)
    }
    throw new ChartError('chart-unreachable', `${ask.what}: ${url.host} redirects without end`, null)
  }

  return {
    async get(ask, signal) {
      const bound = AbortSignal.timeout(requestSeconds * 1000)
      try {
        return await get(ask, AbortSignal.any([signal, bound]))
      } catch (cause) {
        signal.throwIfAborted()
        if (cause instanceof ChartError) throw cause
        throw unreachable(ask.what, ask.url.host, { cause, seconds: requestSeconds })
      }
    },
  }
}

function redirected(from: URL, target: string, ask: HttpAsk): URL {
  const url = URL.canParse(target, from.href) ? new URL(target, from) : null
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && from.protocol === 'http:')
  if (!url || !safe || url.username || url.password) {
    const message = `${ask.what}: ${from.host} redirects to where a chart is not fetched from`
    throw new ChartError(
      'chart-unreachable',
      message,
      'redirects are followed to https only, and without user or password',
    )
  }
  return url
}

async function read(response: Dispatcher.ResponseData, ask: HttpAsk): Promise<Buffer> {
  if (response.statusCode !== 200) {
    await response.body.dump({ limit: longestErrorBytes })
    return Buffer.alloc(0)
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += (chunk as Buffer).length
    if (bytes > ask.maxBytes) throw tooLarge(ask)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

export function tooLarge({ what, maxBytes }: Pick<HttpAsk, 'what' | 'maxBytes'>): ChartError {
  const message = `${what} has more than ${Math.round(maxBytes / 1024 ** 2)} MiB`
  return new ChartError(
    'chart-archive',
    message,
    'a chart is some kilobytes of templates: is it the right URL?',
  )
}

function createDispatcher(reach: Reach, ca: string | null, milliseconds: number): Dispatcher {
  const trusted = ca === null ? {} : { ca: [...usualAuthorities(), ca] }
  const connect = { ...trusted, lookup: lookupWithin(reach), timeout: Math.min(10_000, milliseconds) }
  const bounds = { headersTimeout: milliseconds, bodyTimeout: milliseconds, allowH2: false }
  const agent = proxied()
    ? new EnvHttpProxyAgent({ ...bounds, connect, requestTls: trusted })
    : new Agent({ ...bounds, connect })
  return agent.compose(
    interceptors.retry({
      maxRetries: 2,
      minTimeout: 200,
      maxTimeout: 2_000,
      timeoutFactor: 4,
      statusCodes: [429, 502, 503, 504],
      errorCodes: ['ECONNRESET', 'EPIPE', 'ENETUNREACH', 'EHOSTUNREACH', 'EAI_AGAIN', 'UND_ERR_SOCKET'],
      throwOnError: false,
    }),
  )
}

function proxied(): boolean {
  return ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some(name => process.env[name])
}

/** With those of NODE_EXTRA_CA_CERTS. */
function usualAuthorities(): readonly string[] {
  return getCACertificates('default')
}
