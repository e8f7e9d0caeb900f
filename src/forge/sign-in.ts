/** Somebody with an account on a forge. */
export interface Person {
  /** The forge's own, which outlives names. */
  readonly id: string
  readonly login: string
}

/** What somebody may do in a repository, as far as it decides what they may see. */
export interface RepositoryAccess {
  /** `triage`: appointed by the repository's owners, though not to write. */
  readonly role: 'none' | 'read' | 'triage' | 'write'
  /** Everybody may read it. */
  readonly isPublic: boolean
}

/** Finding out who sits at a browser: OAuth 2.0's authorization code flow with PKCE (RFC 6749, 4.1; RFC 7636). */
export interface ForgeSignIn {
  /** Where the browser is sent. The forge leads it back to `redirectUrl`, with `state` and a code. */
  authorizeUrl(it: {
    readonly state: string
    /** SHA-256 of the verifier, base64url. */
    readonly challenge: string
    readonly redirectUrl: string
  }): string
  /**
   * Who came back with the code; null when it is not good (any more). The access token that this takes is forgotten before it
   * resolves. Rejects with ForgeError.
   */
  personWith(
    it: { readonly code: string; readonly verifier: string; readonly redirectUrl: string },
    signal: AbortSignal,
  ): Promise<Person | null>
}
