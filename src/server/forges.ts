import type { Forge, ForgeRepository } from '../forge/forge.ts'
import { type RepositoryRef, repositoryKey } from '../model/repository.ts'
import { reachable } from './reachable.ts'
import type { Repositories } from './store/records/repositories.ts'

/** The forge instances that this server works for. */
export interface Forges {
  readonly all: readonly Forge[]
  /** Takes one more into service. */
  add(forge: Forge): void
  /** Throws {@link UnknownForgeError} when the forge is no longer configured. */
  repository(ref: RepositoryRef): ForgeRepository
}

/** A repository is on a forge that this server was not given. */
export class UnknownForgeError extends Error {
  override readonly name = 'UnknownForgeError'
  constructor(ref: RepositoryRef) {
    super(`${repositoryKey(ref)} is on a forge that this server has no credentials for: configure it again`)
  }
}

/** `repositories`: what is known of them; without it, each is asked for everything. */
export function createForges(repositories: Pick<Repositories, 'current'> | null = null): Forges {
  const all: Forge[] = []
  return {
    all,
    add(forge) {
      all.push(forge)
    },
    repository(ref) {
      const forge = all.find(it => it.kind === ref.forge && it.host === ref.host)
      if (!forge) throw new UnknownForgeError(ref)
      const repository = forge.repository(ref.fullName)
      return repositories ? reachable(repository, ref, () => repositories.current(ref)) : repository
    },
  }
}
