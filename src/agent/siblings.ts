import { GitError } from '../git/repository.ts'
import type { Application } from '../model/application.ts'
import type { Neighbour } from '../model/command.ts'
import { InvalidInputError } from '../model/problem.ts'
import type { RepositoryRef } from '../model/repository.ts'
import type { CheckoutRequest } from './checkout/checkouts.ts'
import type { Sibling, Siblings } from './plan/moves.ts'
import type { Sources } from './sources.ts'
import type { State } from './state/state.ts'

export interface SiblingsRequest {
  readonly repository: RepositoryRef
  readonly at: CheckoutRequest['of']
  /** What changed together, as the server says. */
  readonly neighbours: readonly Neighbour[]
}

/** The other applications of a repository on this cluster, rendered when they are asked for; renders are kept, so once. */
export function createSiblings(
  { sources, state }: { readonly sources: Sources; readonly state: State },
  { repository, at, neighbours }: SiblingsRequest,
): Siblings {
  async function definition(name: string, signal: AbortSignal): Promise<Application | null> {
    const managed = await state.get(name, signal)
    return managed?.repository?.cloneUrl === repository.cloneUrl ? managed.application : null
  }

  return {
    repository,
    together: neighbours.map(it => it.application.name),
    async at(name, signal): Promise<Sibling> {
      const neighbour = neighbours.find(it => it.application.name === name)
      if (neighbour?.removed) return { kind: 'removed' }
      const application = neighbour?.application ?? (await definition(name, signal))
      if (!application) return { kind: 'unknown' }
      try {
        const objects = await sources.render(application, { repository, at }, signal)
        return { kind: 'rendered', application, objects }
      } catch (cause) {
        // Its own plan and sync say why.
        if (!signal.aborted && (cause instanceof InvalidInputError || cause instanceof GitError)) {
          return { kind: 'unknown' }
        }
        throw cause
      }
    },
  }
}
