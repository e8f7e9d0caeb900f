export interface RefMove {
  /** `refs/heads/...` or `refs/tags/...`. */
  readonly ref: string
  /** {@link zeroSha} when the ref is new. */
  readonly before: string
  /** {@link zeroSha} when the ref is gone. */
  readonly after: string
}
