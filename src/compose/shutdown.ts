/**
 * A signal that aborts, with `reason`, when the process is asked to end (SIGTERM, SIGINT). A second request ends it at once.
 */
export function shutdownSignal(reason: () => Error): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      controller.abort(reason())
      process.once(name, () => process.exit(1))
    })
  }
  return controller.signal
}
