export interface Rounds<T> {
  /** Milliseconds in which everything is visited once. */
  readonly period: number
  /** Looked at anew when each round begins. */
  readonly all: () => Iterable<T>
  readonly visit: (one: T) => void
}

/** Visits one after the other, spread evenly over the period, so that there is never a moment at which all are due. Ends with `signal`. */
export function startRounds<T>({ period, all, visit }: Rounds<T>, signal: AbortSignal): void {
  let due: T[] = []
  let timer: NodeJS.Timeout

  function turn(): void {
    const [next, ...rest] = due.length > 0 ? due : [...all()]
    due = rest
    if (next !== undefined) visit(next)
    schedule()
  }

  function schedule(): void {
    const count = Math.max(1, [...all()].length)
    timer = setTimeout(turn, period / count)
  }

  schedule()
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
