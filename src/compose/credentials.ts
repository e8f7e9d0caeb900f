import type { GitCredential, RepositoryRef } from '../model/repository.ts'

/** A credential is asked for again this long before it ends, so that a fetch never starts with a dying one. */
const marginMs = 5 * 60_000

/**
 * Credentials by repository, kept in memory while they live. When none can be had any more (the server is gone), the last one
 * is used until it ends.
 */
export function createCredentials(
  ask: (cloneUrl: string, signal: AbortSignal) => Promise<GitCredential | null>,
  clock: () => Date,
): (repository: RepositoryRef, signal: AbortSignal) => Promise<GitCredential | null> {
  const known = new Map<string, GitCredential>()
  const endsIn = (credential: GitCredential) =>
    credential.expiresAt === null
      ? Number.POSITIVE_INFINITY
      : Date.parse(credential.expiresAt) - clock().getTime()

  return async ({ cloneUrl }, signal) => {
    const held = known.get(cloneUrl)
    if (held && endsIn(held) > marginMs) return held
    try {
      const fresh = await ask(cloneUrl, signal)
      if (fresh) known.set(cloneUrl, fresh)
      return fresh
    } catch (cause) {
      if (held && endsIn(held) > 0) return held
      throw cause
    }
  }
}
