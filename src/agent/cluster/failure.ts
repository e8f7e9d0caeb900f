import { z } from 'zod'
import { ClusterError, type ClusterErrorCode } from './cluster.ts'
import { explainForbidden } from './explain-forbidden.ts'
import type { Answer } from './connection.ts'

/** metav1.Status, as far as it is needed. */
const statusDocument = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      causes: z
        .array(z.object({ reason: z.string().default(''), message: z.string().default('') }))
        .nullish(),
    })
    .nullish(),
})

type Status = z.infer<typeof statusDocument>

/** The error for an answer that is none of 2xx. `attempted` begins with a verb: `apply Deployment shop/web`. */
export function failureOf(answer: Pick<Answer, 'status' | 'text'>, attempted: string): ClusterError {
  const status = parseStatus(answer)
  const code = codeOf(answer.status, status)
  const reason =
    code === 'unknown-kind'
      ? 'the cluster does not serve this kind'
      : (explainForbidden(status.message) ?? shorten(status.message)) ||
        `the API server answered ${answer.status}`
  return new ClusterError(code, `could not ${attempted}: ${reason}`, {
    status: answer.status,
    passing: passing.has(code),
  })
}

const passing: ReadonlySet<ClusterErrorCode> = new Set(['conflict', 'timeout', 'too-many-requests', 'server'])

function parseStatus(answer: Pick<Answer, 'text'>): Status {
  const nothing: Status = { kind: 'Status', message: answer.text.slice(0, 300).trim(), reason: '' }
  try {
    const parsed = statusDocument.safeParse(JSON.parse(answer.text))
    return parsed.success ? parsed.data : nothing
  } catch (error) {
    // Proxies answer with pages of their own; their text is all there is to tell.
    if (error instanceof SyntaxError) return nothing
    throw error
  }
}

/** How API servers and the validation of built-in kinds say that only a new object could have the new value. */
const immutability = [
  /field is immutable/i,
  /is immutable after creation/i,
  /Value is immutable/i,
  /may not change once set/i,
  /may not be changed in an update/i,
  /cannot change roleRef/i,
  /updates to \S+ are forbidden/i,
  /updates to statefulset spec for fields other than/i,
  /pod updates may not change fields other than/i,
]

function codeOf(http: number, status: Status): ClusterErrorCode {
  const { message, reason, details } = status
  if (/does not support dry run/.test(message)) return 'webhook-no-dry-run'
  if (/denied the request|denied request:/.test(message)) return 'webhook-denied'
  if (http >= 500 && reason === '' && objectsFault.some(pattern => pattern.test(message))) return 'invalid'
  switch (http) {
    case 401:
      return 'unauthorized'
    case 403:
      return codeOfForbidden(status)
    case 404:
      if (details?.kind === 'namespaces' && message.endsWith(' not found')) return 'namespace-missing'
      return details?.name ? 'not-found' : 'unknown-kind'
    case 409:
    case 410:
      return 'conflict'
    case 429:
      return 'too-many-requests'
    case 408:
    case 504:
      return 'timeout'
    case 422:
      return causesOf(status).some(text => immutability.some(pattern => pattern.test(text)))
        ? 'immutable'
        : 'invalid'
  }
  return http >= 500 ? 'server' : 'invalid'
}

/** Server-side apply answers 500 without a reason when the object does not fit its schema. */
const objectsFault = [/failed to create typed/, /failed to convert new object/, /error decoding/]

/** 403 is said by the authoriser, and by admission: quotas, Pod security and namespaces that are going away. */
function codeOfForbidden(status: Status): ClusterErrorCode {
  if (status.details?.causes?.some(cause => cause.reason === 'NamespaceTerminating')) return 'conflict'
  if (status.reason !== 'Forbidden') return status.reason === '' ? 'forbidden' : 'invalid'
  return /cannot \S+ (resource|path)|RBAC permissions|escalat/i.test(status.message) ? 'forbidden' : 'invalid'
}

function causesOf(status: Status): readonly string[] {
  return [status.message, ...(status.details?.causes ?? []).map(cause => cause.message)]
}

/** Leaves out what only repeats the object: decoders' surroundings of a mistake, diffs, and long refused values. */
function shorten(message: string): string {
  return message
    .replace(/, error found in #\d+ byte of [^]*$/, '')
    .replace(/, got &value\.[^]*$/, '')
    .replace(/\n@@[^]*$/, '')
    .replace(/(Invalid value: )([{[])[^]{120,}?([}\]])(: [a-zA-Z])/g, '$1$2…$3$4')
    .trim()
}
