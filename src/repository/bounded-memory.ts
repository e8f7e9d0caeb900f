/** Keeps values up to a total weight; what was not asked for the longest goes first. */
export interface BoundedMemory<T> {
  get(key: string): T | undefined
  /** `weight` in whatever unit the bound is. */
  set(key: string, value: T, weight: number): void
}

export function createBoundedMemory<T>(mostWeight: number): BoundedMemory<T> {
  const kept = new Map<string, { readonly value: T; readonly weight: number }>()
  let total = 0
  return {
    get(key) {
      const entry = kept.get(key)
      if (!entry) return undefined
      // A map keeps the order in which keys came in.
      kept.delete(key)
      kept.set(key, entry)
      return entry.value
    },
    set(key, value, weight) {
      total += weight - (kept.get(key)?.weight ?? 0)
      kept.delete(key)
      kept.set(key, { value, weight })
      for (const [oldest, entry] of kept) {
        if (total <= mostWeight) break
        kept.delete(oldest)
        total -= entry.weight
      }
    },
  }
}
