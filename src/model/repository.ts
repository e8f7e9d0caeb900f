export type ForgeKind = 'github' | 'gitlab' | 'gitea' | 'bitbucket'

/** One repository on one forge instance. */
export interface RepositoryRef {
  readonly forge: ForgeKind
  /** Host of the forge instance with port, e.g. `github.com`. */
  readonly host: string
  /** `owner/name` (GitLab: the full path). */
  readonly fullName: string
  /** HTTPS clone URL without credentials. */
  readonly cloneUrl: string
  /** Clone URLs that it had under former names, as documents may still say. */
  readonly formerUrls?: readonly string[]
}

/** `github:github.com/acme/shop`: one key per repository, stable, safe in a log. */
export function repositoryKey(ref: Pick<RepositoryRef, 'forge' | 'host' | 'fullName'>): string {
  return `${ref.forge}:${ref.host}/${ref.fullName}`
}

/** A commit SHA, 40 (or 64) lower-case hex digits. */
export type Revision = string

const revisionPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/

export function isRevision(text: string): boolean {
  return revisionPattern.test(text)
}

/** What git authenticates with over HTTPS. */
export interface GitCredential {
  readonly username: string
  /** Never logged, never in an argument list, never on disk. */
  readonly password: string
  /** RFC 3339; null when it does not expire. */
  readonly expiresAt: string | null
}
