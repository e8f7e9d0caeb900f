/** A tool could not do its work. The message says what was attempted and what a person can do next. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}

/** The message of anything thrown, with its chain of causes: `fetch failed: getaddrinfo ENOTFOUND dl.k8s.io`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`
}

/** Whether a system call failed with this code, such as ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
