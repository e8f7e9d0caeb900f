import { ForgeError, MissingPermissionError, type Retry } from '../forge.ts'
import { permissionFrom } from './permissions.ts'

interface VendorError {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string | number | undefined>>
  /** False when no answer came. */
  readonly answered: boolean
}

/** What GitHub's failure means for the job that ran into it. `attempted` follows "could not". */
export function toForgeError(attempted: string, error: unknown, now: Date = new Date()): ForgeError {
  if (error instanceof ForgeError) return error
  const failure = (code: ForgeError['code'], retry: Retry): ForgeError =>
    new ForgeError(code, attempted, retry, error)
  const vendor = vendorError(error)
  if (!vendor) return failure('server', never)
  if (!vendor.answered) return failure('unreachable', after(10))
  const limited = secondsLimited(vendor, now)
  if (limited !== null) return failure('rate-limited', after(limited))
  const permission = missingPermission(vendor)
  if (permission !== null) return new MissingPermissionError(attempted, permission, error)
  switch (vendor.status) {
    case 400:
    case 422:
      return failure('invalid', never)
    case 401:
      // A clock that is off, or a token that ran out on its way: the next one may do.
      return failure('unauthorized', after(60))
    case 403:
    case 451:
      // "This installation has been suspended", "Repository was archived so is read-only."
      if (/suspended|archived so is read-only/i.test(vendor.message)) return failure('out-of-reach', never)
      return failure('forbidden', never)
    case 404:
    case 410:
      return failure('not-found', never)
    case 409:
      return failure('conflict', after(2))
    default:
      return vendor.status >= 500 ? failure('server', after(15)) : failure('invalid', never)
  }
}

/** GitHub names what would have sufficed in a header; a token for git is refused in words. */
function missingPermission({ status, message, headers }: VendorError): string | null {
  if (status === 422 && /permissions requested are not granted/i.test(message)) {
    return permissionFrom('contents=read')
  }
  if (status !== 403 || !/not accessible by integration/i.test(message)) return null
  return permissionFrom(String(headers['x-accepted-github-permissions'] ?? ''))
}

/** How long GitHub refuses us for being too many; null when that is not why. `isSaid`: by a header, not our guess. */
export function limitOf(
  error: unknown,
  now: Date,
): { readonly seconds: number; readonly isSaid: boolean } | null {
  const vendor = vendorError(error)
  const seconds = vendor && secondsLimited(vendor, now)
  if (!vendor || seconds === null) return null
  const { headers } = vendor
  const isSaid = Number(headers['retry-after']) > 0 || String(headers['x-ratelimit-remaining']) === '0'
  return { seconds, isSaid }
}

/** Fallback of GitHub's guide "Rate limits for the REST API": wait a minute when no header says how long. */
const unknownLimitSeconds = 60

function secondsLimited({ status, message, headers }: VendorError, now: Date): number | null {
  if (status !== 403 && status !== 429) return null
  const retryAfter = Number(headers['retry-after'])
  if (retryAfter > 0) return retryAfter
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000
    return Math.max(1, Math.ceil((reset - now.getTime()) / 1000) + 1) || unknownLimitSeconds
  }
  return status === 429 || /rate limit/i.test(message) ? unknownLimitSeconds : null
}

/** Octokit's RequestError, by its shape: several copies of its class may be installed. Status 500 without response: no answer. */
function vendorError(error: unknown): VendorError | null {
  if (!(error instanceof Error)) return null
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return { status: 0, message: error.message, headers: {}, answered: false }
  }
  if (!('status' in error) || typeof error.status !== 'number') return null
  const response = 'response' in error ? (error.response as { headers?: VendorError['headers'] }) : undefined
  return {
    status: error.status,
    message: error.message,
    headers: response?.headers ?? {},
    answered: response !== undefined,
  }
}

const never: Retry = { kind: 'never' }

function after(seconds: number): Retry {
  return { kind: 'after', seconds }
}
