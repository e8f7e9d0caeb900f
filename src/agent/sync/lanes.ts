import PQueue from 'p-queue'

/** Work in order per name, side by side for different names, so many at a time. */
export interface Lanes {
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Whether anything of that name runs or waits. */
  isBusy(name: string): boolean
}

/** `onChange` is told when a name becomes busy, and when it has nothing left. */
export function createLanes(limit: number, onChange: (name: string, busy: boolean) => void): Lanes {
  const queue = new PQueue({ concurrency: limit })
  const lanes = new Map<string, { tail: Promise<unknown>; waiting: number }>()
  return {
    isBusy: name => lanes.has(name),
    async run(name, work) {
      const known = lanes.get(name)
      const lane = known ?? { tail: Promise.resolve(), waiting: 0 }
      if (!known) {
        lanes.set(name, lane)
        onChange(name, true)
      }
      lane.waiting++
      // Those who wait for their turn do not take a place in the queue that others could use.
      const mine = lane.tail.then(() => queue.add(work))
      lane.tail = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        lane.waiting--
        if (lane.waiting === 0) {
          lanes.delete(name)
          onChange(name, false)
        }
      }
    },
  }
}
