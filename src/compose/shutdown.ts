/**
 * One Ctrl-C may arrive twice: from the terminal, and from npm, which passes on what it gets. What comes this soon after
 * the first is the same request.
 */
const sameRequestMs = 1_000

/**
 * A signal that aborts, with `reason`, when the process is asked to end (SIGTERM, SIGINT, SIGHUP). A second request ends the
 * process at once.
 */
export function shutdownSignal(reason: (name: NodeJS.Signals) => Error): AbortSignal {
  const controller = new AbortController()
  let asked: number | null = null
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      const now = performance.now()
      if (asked === null) {
        asked = now
        controller.abort(reason(name))
      } else if (now - asked > sameRequestMs) process.exit(1)
    })
  }
  return controller.signal
}
