/** Requests in flight for one plan; the cluster's connections are shared with syncs and watches. */
const mostAtOnce = 12
/** Opening another connection takes as long as a few requests on one that is open. */
const worthAConnection = 8

/**
 * Does `work` for every item, a bounded number at a time. The first failure ends it: what has not begun does not begin. For a
 * thousand items, most of which wait for nothing, a queue costs more than the work.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  lanes = Math.max(4, items.length / worthAConnection),
): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.entries()
  let failed = false
  async function lane(): Promise<void> {
    for (const [at, item] of waiting) {
      if (failed) return
      try {
        results[at] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, lanes) }, lane))
  return results
}
