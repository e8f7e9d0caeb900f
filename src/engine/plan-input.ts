import type { Application } from '../model/application.ts'
import type { ObjectId } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { LiveRead, Prediction, RenderedObject } from '../model/rendered.ts'
import type { Problem } from '../model/problem.ts'
import type { ClusterFacts } from './risks/surroundings.ts'

/** A rendered object after settling: namespace defaulted or stripped, label set, Secret folded, id final. */
export interface DesiredObject extends RenderedObject {
  readonly id: ObjectId
}

/** Where an object goes that an application does not render any more. */
export interface Leaving {
  readonly to: string
  /** False when the other application does not render, so that nobody knows what it has. */
  readonly isCertain: boolean
}

/** Everything a plan is decided from. Gathered by the agent; holds Secret content, so it never leaves it. */
export interface PlanInput {
  readonly application: Application
  readonly cluster: string
  readonly revision: string | null
  readonly head: readonly DesiredObject[]
  /** Null when there is no base to compare with: every difference then counts as the pull request's, unless our manager lost the field. */
  readonly base: readonly DesiredObject[] | null
  /** For every id in head, base and inventory. */
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** For every id in head that could be settled. */
  readonly predictions: ReadonlyMap<ObjectId, Prediction>
  readonly inventory: readonly ObjectId[]
  /** The set of the last successful sync, when known. */
  readonly lastSynced: readonly KubernetesObject[] | null
  /** Objects of the render that could not even be settled (unknown kind, duplicate identity). */
  readonly unsettled: readonly { readonly id: ObjectId; readonly problem: Problem }[]
  /** Hooks of the head: run by a sync that writes anything, never compared. Missing means none. */
  readonly hooks?: readonly DesiredObject[]
  readonly prune: boolean
  /** The application itself leaves Git: an empty head is meant, allowEmpty or not. Missing means no. */
  readonly removed?: boolean
  /** Objects of other applications that move here, with whose they are. Missing means none. */
  readonly takes?: ReadonlyMap<ObjectId, string>
  /** Objects of this application that another one takes over. Missing means none. */
  readonly leaves?: ReadonlyMap<ObjectId, Leaving>
  /** Groups whose discovery failed: nothing of theirs is deleted. */
  readonly failedGroups: ReadonlySet<string>
  /** 32 bytes; digests of redacted values are made with it. */
  readonly redactionKey: Uint8Array
  /** When live was read, RFC 3339. */
  readonly liveAt: string
  /** Whether to list what others have put into our objects. Missing means no. */
  readonly unmanaged?: boolean
  /** What risks depend on; missing: nothing is known. */
  readonly facts?: ClusterFacts
}
