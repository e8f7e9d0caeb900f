/**
 * PGlite has one connection, and a transaction is a state of that connection. Whoever wants to use it waits for a turn, and
 * keeps it for a whole transaction; so a statement never lands inside somebody else's transaction, and a ROLLBACK never ends it.
 */
export interface Turns {
  /** Waits for the connection; call the returned function once to give it back. Turns are taken in the order asked. */
  take(): Promise<() => void>
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return {
    async take() {
      const before = last
      const { promise, resolve } = Promise.withResolvers<void>()
      last = promise
      await before
      return resolve
    },
  }
}
