import PQueue from 'p-queue'

/** Requests in flight for one plan; the cluster's connections are shared with syncs and watches. */
const requestsAtOnce = 12

/** Does `work` for every item, a bounded number at a time. The first failure ends it: what has not begun does not begin. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const queue = new PQueue({ concurrency: requestsAtOnce })
  try {
    return await queue.addAll(items.map(item => () => work(item)))
  } finally {
    queue.clear()
  }
}
