import type { Agent, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions, request as requestHttps } from 'node:https'
import { urlToHttpOptions } from 'node:url'
import type { ClusterAccess } from './cluster-access.ts'
import { ClusterError } from './cluster.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path with query. */
  readonly path: string
  readonly accept?: string
  /** Besides what every call has. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: { readonly type: string; readonly text: string }
  /** Largest answer taken. */
  readonly maxBytes: number
  /** Time for the whole exchange; of a stream, the longest silence. */
  readonly timeoutMilliseconds: number
  /** Of a stream: until the answer begins. Default: as long as it may be silent later. */
  readonly beginMilliseconds?: number
  /** Never sent again when it may have been carried out. */
  readonly once?: boolean
}

export interface Answer {
  readonly status: number
  readonly retryAfterSeconds: number | null
  readonly text: string
}

/** One exchange with the API server at a time, as the kubeconfig's user. No retries, no meaning: see retry.ts and client.ts. */
export interface Connection {
  /** Any status is an answer. Rejects with ClusterError `unreachable` or `timeout`, or with the signal's reason. */
  send(call: Call, signal: AbortSignal): Promise<Answer>
  /** Like send, but the body of a 200 stays open, on a connection of its own. */
  open(call: Call, signal: AbortSignal): Promise<IncomingMessage | Answer>
  /** Closes the idle connections. */
  close(): void
}

/** What broke off after it may have reached the server; it is not known whether a write happened. */
export class BrokenExchange extends Error {
  override readonly name = 'BrokenExchange'
}

const connections = 16

export function createConnection(access: ClusterAccess): Connection {
  const server = new URL(access.getCurrentCluster()?.server ?? '')
  const secure = server.protocol === 'https:'
  // Taken apart once: thousands of requests go to the same place.
  const where = urlToHttpOptions(server)
  const folder = server.pathname.replace(/\/$/, '')
  const transport = openTransport(secure)

  async function begin(
    call: Call,
    purpose: 'calls' | 'streams',
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const { request: send, [purpose]: agent } = await transport
    const options = await credentials(access)
    // The agent of client-node knows the kubeconfig's proxy; without one, ours keeps connections and limits them.
    if (!access.getCurrentCluster()?.proxyUrl) options.agent = agent
    return new Promise((resolve, reject) => {
      const request = send(
        {
          ...where,
          ...options,
          path: folder + call.path,
          method: call.method,
          signal,
          headers: {
            ...(options.headers as OutgoingHttpHeaders | undefined),
            accept: call.accept ?? 'application/json',
            'user-agent': 'plumbline',
            ...call.headers,
            ...(call.body
              ? { 'content-type': call.body.type, 'content-length': Buffer.byteLength(call.body.text) }
              : {}),
          },
        },
        response => {
          request.setTimeout(call.timeoutMilliseconds)
          resolve(response)
        },
      )
      request.setTimeout(call.beginMilliseconds ?? call.timeoutMilliseconds, () =>
        request.destroy(timedOut(call)),
      )
      request.on('error', cause => reject(failure(call, cause, signal)))
      request.end(call.body?.text)
    })
  }

  return {
    async send(call, signal) {
      const response = await begin(call, 'calls', signal)
      return readAnswer(call, response, signal)
    },
    async open(call, signal) {
      const response = await begin(call, 'streams', signal)
      return response.statusCode === 200 ? response : readAnswer(call, response, signal)
    },
    close() {
      void transport.then(({ calls, streams }) => {
        calls.destroy()
        streams.destroy()
      })
    },
  }
}

interface Transport {
  readonly request: typeof requestHttps
  readonly calls: Agent
  /** A watch holds its connection for minutes: it must not take one away from calls. */
  readonly streams: Agent
}

/** Importing `node:http` loads Node's other HTTP client too, which takes longer than discovery: only where there is no TLS. */
async function openTransport(secure: boolean): Promise<Transport> {
  const { Agent, request } = secure
    ? { Agent: HttpsAgent, request: requestHttps }
    : ((await import('node:http')) as Pick<typeof import('node:http'), 'Agent' | 'request'>)
  const options = { keepAlive: true, keepAliveMsecs: 30_000, scheduling: 'lifo' as const }
  return {
    request,
    calls: namingOnce(new Agent({ ...options, maxSockets: connections })),
    streams: namingOnce(new Agent({ ...options, maxSockets: Number.POSITIVE_INFINITY })),
  }
}

/**
 * An agent keeps connections apart by a name, for which it would put certificates and keys together anew for every request: once is
 * enough as long as they are the very same.
 */
function namingOnce(agent: Agent): Agent {
  const nameOf = agent.getName.bind(agent)
  let last: { readonly options: RequestOptions; readonly name: string } | null = null
  agent.getName = (options: RequestOptions = {}) => {
    const known = last
    if (known && named.every(field => known.options[field] === options[field])) return known.name
    const name = nameOf(options)
    last = { options: { ...options }, name }
    return name
  }
  return agent
}

/** Everything in which the requests of one connection can differ, and that a name is made of. */
const named = [
  'host',
  'port',
  'localAddress',
  'family',
  'socketPath',
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'servername',
  'rejectUnauthorized',
] as const satisfies readonly (keyof RequestOptions)[]

async function credentials(access: ClusterAccess): Promise<RequestOptions> {
  const options: RequestOptions = {}
  try {
    await access.applyToHTTPSOptions(options)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `could not get the kubeconfig's credentials: ${why}`
    throw new ClusterError('unauthorized', message, { status: 0, passing: false }, { cause })
  }
  return options
}

async function readAnswer(call: Call, response: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  const deadline = setTimeout(() => response.destroy(timedOut(call)), call.timeoutMilliseconds)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > call.maxBytes) {
        response.destroy()
        const limit = Math.floor(call.maxBytes / 2 ** 20)
        const message = `could not ${call.method} ${call.path}: the answer is larger than ${limit} MiB`
        throw new ClusterError('server', message, { status: response.statusCode ?? 0, passing: false })
      }
      chunks.push(chunk)
    }
  } catch (cause) {
    throw failure(call, cause, signal)
  } finally {
    clearTimeout(deadline)
  }
  const retryAfter = Number(response.headers['retry-after'] ?? Number.NaN)
  return {
    status: response.statusCode ?? 0,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    text: Buffer.concat(chunks).toString('utf8'),
  }
}

/** The reason of a signal of `AbortSignal.timeout`. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

function timedOut(call: Call): ClusterError {
  const message = `could not ${call.method} ${call.path}: no answer from the API server in time`
  return new ClusterError('timeout', message, { status: 0, passing: true })
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function failure(call: Call, cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return isTimeout(signal.reason) ? timedOut(call) : signal.reason
  if (cause instanceof ClusterError) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const why = cause instanceof Error ? cause.message || code : String(cause)
  const message = `could not ${call.method} ${call.path}: the API server cannot be reached: ${why}`
  const inner = neverConnected.has(code) ? cause : new BrokenExchange(why, { cause })
  const certificate = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_/.test(code)
  return new ClusterError('unreachable', message, { status: 0, passing: !certificate }, { cause: inner })
}
