/**
 * Does two things side by side. When one fails the other is stopped and awaited, so that nothing goes on behind the caller's back.
 * Rejects with the first error.
 */
export async function together<A, B>(
  limit: AbortSignal,
  [first, second]: readonly [(signal: AbortSignal) => Promise<A>, (signal: AbortSignal) => Promise<B>],
): Promise<[A, B]> {
  const stop = new AbortController()
  const signal = AbortSignal.any([limit, stop.signal])
  const guarded = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await work(signal)
    } catch (error) {
      stop.abort(error)
      throw error
    }
  }
  const [a, b] = await Promise.allSettled([guarded(first), guarded(second)])
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value]
  throw stop.signal.reason
}
