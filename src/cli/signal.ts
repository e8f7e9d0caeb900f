import { shutdownSignal } from '../compose/shutdown.ts'

/** Aborts with Ctrl-C, and at the end of `timeout` (seconds). */
export function commandSignal({ timeout }: { readonly timeout?: number }): AbortSignal {
  const interrupted = shutdownSignal(() => new Error('interrupted'))
  if (timeout === undefined) return interrupted
  const late = new AbortController()
  const why = new Error(`gave up after ${timeout} s, as --timeout says`)
  setTimeout(() => late.abort(why), timeout * 1000).unref()
  return AbortSignal.any([interrupted, late.signal])
}
