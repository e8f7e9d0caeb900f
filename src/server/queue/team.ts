/** Workers that look for jobs one at a time: a look is the dearest thing that the queue does, and most looks would find nothing. */
export interface Team {
  /** Nobody is woken any more. */
  dismiss(): Promise<void>
}

/** Jobs become due without a hint, and a hint may get lost. */
const lookEveryMs = 1000

/**
 * Gathers `size` workers. A hint wakes one that is idle; whoever finds a job wakes the next, as there may be more, and looks again
 * when it is done with it. So no job waits while somebody is idle, and an idle team looks once a second.
 */
export async function gatherTeam<Job>(
  from: {
    readonly size: number
    /** Starts a worker, which gives `run` what it finds. Resolves with its id. */
    begin(run: (job: Job) => Promise<void>): Promise<string>
    /** Has a worker look for a job now, or right after what it does now. */
    wake(id: string): void
    listen(heard: () => void): Promise<() => Promise<void>>
  },
  run: (job: Job) => Promise<void>,
): Promise<Team> {
  const idle = new Set<string>()
  const wakeOne = (): void => {
    const [id] = idle
    if (id !== undefined) from.wake(id)
  }

  async function join(): Promise<void> {
    let me: string | null = null
    me = await from.begin(async job => {
      if (me !== null) idle.delete(me)
      wakeOne()
      try {
        await run(job)
      } finally {
        if (me !== null) {
          idle.add(me)
          from.wake(me)
        }
      }
    })
    idle.add(me)
  }

  for (let at = 0; at < from.size; at++) await join()
  const stopListening = await from.listen(wakeOne)
  const looking = setInterval(wakeOne, lookEveryMs)
  return {
    async dismiss() {
      clearInterval(looking)
      await stopListening()
    },
  }
}
