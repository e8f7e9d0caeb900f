import { applicationOf } from '../../engine/ownership.ts'
import type { Leaving } from '../../engine/plan-input.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { textAt } from '../../engine/json.ts'
import { movedFromAnnotation } from '../../model/fields.ts'
import type { Application } from '../../model/application.ts'
import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { LiveRead, RenderedObject } from '../../model/rendered.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { State } from '../state/state.ts'

/** What another application says at the revision that is planned or synced. */
export type Sibling =
  | {
      readonly kind: 'rendered'
      readonly application: Application
      readonly objects: readonly RenderedObject[]
    }
  /** It leaves Git with this revision. */
  | { readonly kind: 'removed' }
  /** It does not render, or nobody knows it. */
  | { readonly kind: 'unknown' }

/** Other applications at the same revision of the same repository. Asked only where objects are about to change hands. */
export interface Siblings {
  readonly repository: RepositoryRef | null
  /** Those that may take over what leaves: what changed together. */
  readonly together: readonly string[]
  at(name: string, signal: AbortSignal): Promise<Sibling>
}

export interface MovesQuestion {
  readonly application: string
  readonly head: readonly DesiredObject[]
  /** Kept or rendered before, and not any more. */
  readonly leaving: readonly ObjectId[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  readonly siblings: Siblings | null
  /** Applications whose objects a person allows to be taken. */
  readonly takeFrom: readonly string[]
  /** Ids of a render of that application, as they are on this cluster. */
  readonly idsOf: (objects: readonly RenderedObject[], application: Application) => readonly ObjectId[]
}

export interface Moves {
  /** Objects of others that may be taken, with whose they are. */
  readonly takes: ReadonlyMap<ObjectId, string>
  /** Objects of ours that another application takes, or may. */
  readonly leaves: ReadonlyMap<ObjectId, Leaving>
}

/** Which objects change hands, see docs/decisions/0008-moving-objects.md. Costs nothing when none is at stake. Rejects with ClusterError. */
export async function movesOf(state: State, question: MovesQuestion, signal: AbortSignal): Promise<Moves> {
  const known = new Map<string, Promise<ReadonlySet<ObjectId> | null>>()
  const idsAt = (name: string) => {
    const found = known.get(name) ?? readIds(question, name, signal)
    known.set(name, found)
    return found
  }
  return {
    takes: await takesOf(state, question, idsAt, signal),
    leaves: await leavesOf(state, question, idsAt, signal),
  }
}

/** Null when nobody knows. */
type IdsAt = (name: string) => Promise<ReadonlySet<ObjectId> | null>

async function readIds(
  { siblings, idsOf }: MovesQuestion,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlySet<ObjectId> | null> {
  const sibling = siblings && (await siblings.at(name, signal))
  if (sibling?.kind === 'removed') return new Set()
  return sibling?.kind === 'rendered' ? new Set(idsOf(sibling.objects, sibling.application)) : null
}

async function takesOf(
  state: State,
  question: MovesQuestion,
  idsAt: IdsAt,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, string>> {
  const takes = new Map<ObjectId, string>()
  for (const desired of question.head) {
    const owner = foreignOwner(question, desired.id)
    if (owner === null) continue
    const isLetGo = async () => (await idsAt(owner))?.has(desired.id) === false
    const isAllowed =
      question.takeFrom.includes(owner) || (await isAnnounced(state, { question, desired, owner }, signal))
    if (isAllowed || (await isLetGo())) takes.set(desired.id, owner)
  }
  return takes
}

function foreignOwner({ live, application }: MovesQuestion, id: ObjectId): string | null {
  const read = live.get(id)
  const owner = read?.kind === 'live' ? applicationOf(read.object) : null
  return owner === application ? null : owner
}

interface Announcement {
  readonly question: MovesQuestion
  readonly desired: DesiredObject
  readonly owner: string
}

/**
 * Written into the object in Git. One repository speaks for all of its applications; of another's, the object is only taken once that
 * one has let go of it.
 */
async function isAnnounced(
  state: State,
  { question, desired, owner }: Announcement,
  signal: AbortSignal,
): Promise<boolean> {
  const { id, object } = desired
  if (textAt(object, 'metadata', 'annotations', movedFromAnnotation) !== owner) return false
  const managed = await state.get(owner, signal)
  const repository = question.siblings?.repository ?? null
  if (repository && managed?.repository?.cloneUrl === repository.cloneUrl) return true
  const lastSynced = (await state.loadRevision(owner, 'latest', signal)) ?? []
  return !lastSynced.some(it => objectIdOf(it) === id)
}

async function leavesOf(
  state: State,
  { application, leaving, live, siblings }: MovesQuestion,
  idsAt: IdsAt,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Leaving>> {
  const leaves = new Map<ObjectId, Leaving>()
  const ours = leaving.filter(id => {
    const read = live.get(id)
    return read?.kind === 'live' && applicationOf(read.object) === application
  })
  if (ours.length === 0 || !siblings) return leaves
  const announced = (await state.get(application, signal))?.status.moving ?? []
  const names = new Set([...siblings.together, ...announced.map(it => it.to)])
  names.delete(application)
  for (const to of names) {
    const ids = await idsAt(to)
    for (const id of ours) {
      if (ids?.has(id)) leaves.set(id, { to, isCertain: true })
      else if (ids === null && !leaves.has(id)) leaves.set(id, { to, isCertain: false })
    }
  }
  return leaves
}
