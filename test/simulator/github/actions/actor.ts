import type { Repository, User } from '../state.ts'
import { timestamp, type World } from '../world.ts'

/** Who does something: a person, or the app as its bot account. */
export interface Actor {
  readonly user: User
  readonly byApp: boolean
}

export const asUser = (user: User): Actor => ({ user, byApp: false })

export const asApp = (world: World): Actor => ({ user: world.app.bot, byApp: true })

/** Marks the repository as changed, and gives the time of the change. */
export function touch(world: World, repository: Repository): string {
  const now = timestamp(world)
  repository.version += 1
  repository.updatedAt = now
  return now
}
