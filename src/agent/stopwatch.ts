export type PlanStep = 'checkout' | 'render' | 'plan'

/** Where the time of a plan goes. */
export interface Stopwatch {
  /** Resolves or rejects as `work` does, and adds its time to the step's. */
  time<T>(step: PlanStep, work: () => Promise<T>): Promise<T>
  /** Whole milliseconds so far. */
  spent(): Readonly<Record<PlanStep, number>>
}

export function createStopwatch(): Stopwatch {
  const spent = { checkout: 0, render: 0, plan: 0 }
  return {
    async time(step, work) {
      const from = performance.now()
      try {
        return await work()
      } finally {
        spent[step] += performance.now() - from
      }
    },
    spent: () => ({
      checkout: Math.round(spent.checkout),
      render: Math.round(spent.render),
      plan: Math.round(spent.plan),
    }),
  }
}
