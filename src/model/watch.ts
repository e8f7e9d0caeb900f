import type { Application } from './application.ts'
import type { ObjectId } from './identity.ts'
import type { RepositoryRef } from './repository.ts'

/** What a plan depends on in one live object. */
export interface Observed {
  readonly id: ObjectId
  /** In which it was read, for other versions say the same otherwise; null for the preferred one. */
  readonly apiVersion: string | null
  /** JSON pointers (RFC 6901) of what counts in it. */
  readonly pointers: readonly string[]
  /** A keyed digest of what stood there, and of which object it was; null when there was no such object. */
  readonly mark: string | null
}

/** Tell as soon as an object of a plan is not any more what the plan was made from. Answered once; until then the agent watches. */
export interface WatchCommand {
  readonly kind: 'watch'
  readonly application: Application
  readonly repository: RepositoryRef
  /** Names what it is for, such as a pull request: a newer watch of that name takes the place of an older one. */
  readonly subject: string
  readonly objects: readonly Observed[]
}

export interface WatchResult {
  readonly application: string
  readonly cluster: string
  /** Empty when a newer watch took its place. */
  readonly changed: readonly ChangedObject[]
}

export interface ChangedObject {
  readonly id: ObjectId
  readonly how: 'changed' | 'appeared' | 'went'
}
