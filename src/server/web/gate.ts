import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RepositoryRef } from '../../model/repository.ts'

/** Whoever may see a page; without a name where everybody may who has its address. */
export interface Visitor {
  readonly login: string | null
}

/** Decides who sees what belongs to a repository. */
export interface Gate {
  /**
   * Null when the request is answered already: whoever asks is sent to sign in, or told that the page is not for them. `repository`
   * is null when there is no such page; of that nobody is told who is not signed in. A part of a page is never answered with
   * another page.
   */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    page: { readonly repository: RepositoryRef | null; readonly isPart: boolean },
  ): Promise<Visitor | null>
}

/** For whoever has the unguessable address. */
export const openGate: Gate = { admit: async () => ({ login: null }) }
