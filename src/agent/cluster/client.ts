import type { IncomingMessage } from 'node:http'
import { type Answer, type Call, type Connection } from './connection.ts'
import { failureOf } from './failure.ts'
import { withRetries } from './retry.ts'

/** What is told about every request, before it is sent; retries count as requests. */
export interface RequestNotice {
  readonly method: Call['method']
  /** Path with query. */
  readonly path: string
  readonly dryRun: boolean
}

export interface ClientCall {
  readonly method: Call['method']
  readonly path: string
  /** What the call is for, for errors: `read Deployment shop/web`. */
  readonly attempted: string
  readonly accept?: string
  readonly body?: { readonly type: string; readonly text: string }
  /** Default 16 MiB. */
  readonly maxBytes?: number
  /** Default: see {@link Timeouts}. */
  readonly timeoutMilliseconds?: number
  /** Never sent again when it may have been carried out. */
  readonly once?: boolean
}

/** How long an answer is waited for, milliseconds. */
export interface Timeouts {
  readonly read: number
  readonly write: number
}

/** Admission webhooks may take 30 s, and several may be asked one after the other. */
const defaultTimeouts: Timeouts = { read: 30_000, write: 60_000 }

/** Requests with meaning: retried where that is safe, parsed, and every refusal a ClusterError. */
export interface Client {
  /** The parsed JSON of a 2xx answer. */
  call(call: ClientCall, signal: AbortSignal): Promise<unknown>
  /** Like call, with the answer's status. */
  ask(call: ClientCall, signal: AbortSignal): Promise<{ readonly status: number; readonly json: unknown }>
  /** The text of a 2xx answer that is not JSON. */
  text(call: ClientCall, signal: AbortSignal): Promise<string>
  /** The open body of a stream. Not retried. */
  open(call: ClientCall, signal: AbortSignal): Promise<IncomingMessage>
}

const mebibyte = 2 ** 20

export interface ClientOptions {
  readonly onRequest?: ((request: RequestNotice) => void) | undefined
  readonly timeouts?: Timeouts | undefined
}

export function createClient(connection: Connection, options: ClientOptions = {}): Client {
  const { onRequest, timeouts = defaultTimeouts } = options
  const complete = (call: ClientCall): Call => ({
    method: call.method,
    path: call.path,
    ...(call.accept ? { accept: call.accept } : {}),
    ...(call.body ? { body: call.body } : {}),
    ...(call.once ? { once: true } : {}),
    maxBytes: call.maxBytes ?? 16 * mebibyte,
    timeoutMilliseconds: call.timeoutMilliseconds ?? (call.method === 'GET' ? timeouts.read : timeouts.write),
  })
  const notify = ({ method, path }: Call) =>
    onRequest?.({ method, path, dryRun: /[?&]dryRun=All(&|$)/.test(path) })
  async function exchange(given: ClientCall, signal: AbortSignal) {
    const call = complete(given)
    const send = () => {
      notify(call)
      return connection.send(call, signal)
    }
    const answer = await withRetries(call, send, signal)
    if (!isSuccess(answer)) throw failureOf(answer, given.attempted)
    return answer
  }
  async function ask(given: ClientCall, signal: AbortSignal) {
    const answer = await exchange(given, signal)
    return { status: answer.status, json: parse(answer, given.attempted) }
  }
  return {
    ask,
    text: async (given, signal) => (await exchange(given, signal)).text,
    call: async (given, signal) => (await ask(given, signal)).json,
    async open(given, signal) {
      // An API server says at once that a stream is open; one that does not is waited for no longer than for any answer.
      const call = { ...complete(given), beginMilliseconds: timeouts.read }
      notify(call)
      const opened = await connection.open(call, signal)
      if ('text' in opened) throw failureOf(opened, given.attempted)
      return opened
    },
  }
}

function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300
}

function parse(answer: Answer, attempted: string): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    // What stands at the API server's address is no API server.
    throw failureOf({ status: 502, text: 'the answer is not JSON' }, attempted)
  }
}
