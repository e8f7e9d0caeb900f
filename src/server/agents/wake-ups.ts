import type { Store } from '../store/store.ts'

/** Waits for the hints of the store. */
export interface WakeUps {
  subscribe(hint: string): Subscription
  close(): Promise<void>
}

export interface Subscription {
  /** Resolves when the hint came since the last call, or after `ms`, or when `signal` aborts. Never rejects. */
  next(ms: number, signal: AbortSignal): Promise<void>
  end(): void
}

export async function createWakeUps(store: Pick<Store, 'listen'>): Promise<WakeUps> {
  const subscribers = new Map<string, Set<() => void>>()
  const unlisten = await store.listen(hint => {
    for (const wake of subscribers.get(hint) ?? []) wake()
  })
  return {
    subscribe(hint) {
      let missed = false
      let resolveWaiting: (() => void) | null = null
      const wake = () => {
        missed = true
        resolveWaiting?.()
      }
      const all = subscribers.get(hint) ?? new Set()
      subscribers.set(hint, all.add(wake))
      return {
        async next(ms, signal) {
          if (!missed && !signal.aborted) {
            const { promise, resolve } = Promise.withResolvers<void>()
            resolveWaiting = resolve
            const timer = setTimeout(resolve, ms)
            signal.addEventListener('abort', () => resolve(), { once: true })
            await promise
            clearTimeout(timer)
            resolveWaiting = null
          }
          missed = false
        },
        end() {
          all.delete(wake)
          if (all.size === 0) subscribers.delete(hint)
        },
      }
    },
    close: unlisten,
  }
}
