import type { Forge, ForgeRepository } from '../forge/forge.ts'
import { type RepositoryRef, repositoryKey } from '../model/repository.ts'

/** The forge instances that this server works for. */
export interface Forges {
  readonly all: readonly Forge[]
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

export function createForges(all: readonly Forge[]): Forges {
  return {
    all,
    repository(ref) {
      const forge = all.find(it => it.kind === ref.forge && it.host === ref.host)
      if (!forge) throw new UnknownForgeError(ref)
      return forge.repository(ref.fullName)
    },
  }
}
