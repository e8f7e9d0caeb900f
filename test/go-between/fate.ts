/** What a request is, as far as its fate may depend on it. */
export interface Passing {
  readonly method: string
  /** Path with query. */
  readonly url: string
  readonly isWatch: boolean
  /** Whether it is meant to change anything: dry runs are not. */
  readonly isWrite: boolean
  /** Which request it is, watches left out; the first is 1. 0 for a watch. */
  readonly number: number
}

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text: string
}

/** What becomes of one request on its way to the API server, and of the answer on its way back. */
export interface Fate {
  /** Whether the API server sees it, and so carries it out. */
  readonly forward: boolean
  /** What the client hears: the API server's answer, one of ours, a broken connection, or nothing ever. */
  readonly reply: 'theirs' | 'reset' | 'none' | Reply
  /** Milliseconds before it is sent on. Default 0. */
  readonly delayMs?: number
  /** Called with the status of the API server's answer, if it saw the request. */
  readonly onCarriedOut?: (status: number) => void
  /** Called when the moment has come at which the client would hear something. */
  readonly onReached?: () => void
}

export const passes: Fate = { forward: true, reply: 'theirs' }

/** An answer as API servers give it: a metav1.Status. */
export function statusReply(
  status: number,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const text = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message,
    reason,
    code: status,
  })
  return { status, headers: { 'content-type': 'application/json', ...headers }, text }
}
