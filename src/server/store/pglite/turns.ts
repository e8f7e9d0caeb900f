/**
 * PGlite has one connection, and a transaction is a state of that connection. Whoever wants to use it waits for a turn, and
 * keeps it for a whole transaction; so a statement never lands inside somebody else's transaction, and a ROLLBACK never ends it.
 */
export interface Turns {
  /**
   * Waits for the connection; call the returned function once to give it back. Turns are taken in the order asked, but those
   * that may wait let the others go first: somebody waits for the answer to a webhook, and nobody for the next look at the queue.
   */
  take(mayWait?: 'may-wait'): Promise<() => void>
}

/** After so many who went first, one of those that may wait has its turn. */
const mostAhead = 20

export function createTurns(): Turns {
  const first: (() => void)[] = []
  const patient: (() => void)[] = []
  let ahead = 0
  let busy = false

  function next(): void {
    if (first.length === 0 && patient.length === 0) busy = false
    // Requests that have arrived and were not read yet get in line before those that may wait.
    else if (first.length === 0 && ahead < mostAhead) setImmediate(serve)
    else serve()
  }

  function serve(): void {
    const isPatientDue = patient.length > 0 && (first.length === 0 || ahead >= mostAhead)
    ahead = isPatientDue ? 0 : ahead + 1
    ;(isPatientDue ? patient : first).shift()?.()
  }

  function turn(): () => void {
    let mine = true
    return () => {
      if (!mine) return
      mine = false
      next()
    }
  }

  return {
    take(mayWait) {
      return new Promise(resolve => {
        const waiting = mayWait ? patient : first
        waiting.push(() => resolve(turn()))
        if (busy) return
        busy = true
        next()
      })
    },
  }
}
