import { ForgeError } from '../forge.ts'
import { limitOf } from './errors.ts'

/**
 * Remembers until when GitHub wants to be left alone by one installation (or by the app itself): whoever asks in the meantime is told
 * so without a request, and waits in the queue. Other installations go on: GitHub counts for each of them.
 */
export interface RateGate {
  /** Throws a `rate-limited` {@link ForgeError} while it is closed. */
  pass(principal: string, attempted: string): void
  /** What an answer says about the limits. */
  heard(principal: string, headers: Headers): void
  /** A request was refused. */
  refused(principal: string, error: unknown): void
}

type Headers = Readonly<Record<string, string | number | undefined>>

interface Closed {
  readonly until: number
  /** Refusals in a row that did not say how long. */
  readonly unsaid: number
}

/** GitHub: "if your request continues to fail due to a secondary rate limit, wait for an exponentially increasing amount of time". */
const longestUnsaidSeconds = 900

export function createRateGate(clock: () => Date = () => new Date()): RateGate {
  const closed = new Map<string, Closed>()

  function close(principal: string, next: Closed): void {
    const known = closed.get(principal)
    closed.set(principal, { ...next, until: Math.max(next.until, known?.until ?? 0) })
  }

  return {
    pass(principal, attempted) {
      const known = closed.get(principal)
      const seconds = known ? Math.ceil((known.until - clock().getTime()) / 1000) : 0
      if (seconds > 0) throw new ForgeError('rate-limited', attempted, { kind: 'after', seconds }, undefined)
    },
    heard(principal, headers) {
      const known = closed.get(principal)
      if (known && known.until <= clock().getTime()) closed.delete(principal)
      // The last request of the hour: the next one would only be told so.
      if (String(headers['x-ratelimit-remaining']) !== '0') return
      const until = Number(headers['x-ratelimit-reset']) * 1000
      if (until > clock().getTime()) close(principal, { until: until + 1000, unsaid: 0 })
    },
    refused(principal, error) {
      const limit = limitOf(error, clock())
      if (!limit) return
      const unsaid = limit.isSaid ? 0 : (closed.get(principal)?.unsaid ?? 0) + 1
      const factor = limit.isSaid ? 1 : 2 ** (unsaid - 1)
      const seconds = limit.isSaid ? limit.seconds : Math.min(limit.seconds * factor, longestUnsaidSeconds)
      close(principal, { until: clock().getTime() + seconds * 1000, unsaid })
    },
  }
}
