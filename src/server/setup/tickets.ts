import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** Random secrets that were handed out, kept as hashes and in memory only. */
export interface Tickets {
  /** A new one of 256 random bits, in letters that need no escaping. */
  issue(): string
  /** Whether it is one of ours, and still good. */
  isGood(ticket: string): boolean
  /** The same, and from now on it is not. */
  take(ticket: string): boolean
}

export interface TicketsOptions {
  readonly lifetimeMs: number
  /** When one more than these is issued, the oldest is good no more. */
  readonly most: number
  readonly clock: () => Date
}

export function createTickets({ lifetimeMs, most, clock }: TicketsOptions): Tickets {
  let issued: readonly { readonly hash: Buffer; readonly until: number }[] = []

  /** Compares with each, whichever it is: how long it takes says nothing. */
  function find(ticket: string) {
    const hash = hashOf(ticket)
    const now = clock().getTime()
    issued = issued.filter(it => it.until > now)
    return issued.filter(it => timingSafeEqual(it.hash, hash))[0]
  }

  return {
    issue() {
      const ticket = randomBytes(32).toString('base64url')
      issued = [...issued, { hash: hashOf(ticket), until: clock().getTime() + lifetimeMs }].slice(-most)
      return ticket
    },
    isGood: ticket => find(ticket) !== undefined,
    take(ticket) {
      const found = find(ticket)
      issued = issued.filter(it => it !== found)
      return found !== undefined
    },
  }
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest()
}
