/** The control plane could not be provided. The message says what was attempted and what a person can do next. */
export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError'
}

/** The message of anything thrown, with its chain of causes: `fetch failed: getaddrinfo ENOTFOUND dl.k8s.io`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`
}
