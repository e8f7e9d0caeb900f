import type { DriftReport } from '../../model/drift.ts'
import { type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import { repositoryKey } from '../../model/repository.ts'
import { objectNames } from '../report/object-name.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import type { Comment, Outcome } from './comment-outcome.ts'
import { no } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { foreignAmong } from './foreign.ts'

/** What a comment on a drift issue is about. */
export interface DriftOrder {
  readonly ref: RepositoryRef
  readonly known: ApplicationRecord
  readonly report: DriftReport
  /** Those that the comment names, or all. */
  readonly changes: readonly Change[]
}

/** `object` is `KIND/NAME` or `KIND/NAMESPACE/NAME`, null for all. An Outcome says why the command means nothing here. */
export async function driftOrder(
  { store }: JobDeps,
  comment: Comment,
  { verb, object }: { readonly verb: string; readonly object: string | null },
): Promise<DriftOrder | Outcome> {
  const key = repositoryKey(comment.repository)
  const issue = await store.issues.numbered(key, comment.number)
  if (issue?.kind !== 'drift') return no(`Say that on a drift issue: nothing else can be ${verb}.`)
  const name = { name: issue.application, cluster: issue.cluster }
  const foreign = await foreignAmong(store, key, [name])
  if (foreign) return foreign
  const known = await store.applications.named(name)
  if (!known) return no('Its Application document has left Git: there is nothing to change.')
  const { drift } = known
  if (!drift || drift.drifted.length === 0) return no('Nothing drifts any more: Git and the cluster agree.')
  const changes = object === null ? drift.drifted : drift.drifted.filter(it => isNamed(it, object))
  if (changes.length === 0) return no(`No object of that name drifts. These do: ${namesOf(drift.drifted)}.`)
  return { ref: comment.repository, known, report: drift, changes }
}

function isNamed({ id }: Change, object: string): boolean {
  const [kind = '', ...rest] = object.split('/')
  const of = parseIdentity(id)
  const isKind = of.kind.toLowerCase() === kind.toLowerCase()
  return isKind && (rest.join('/') === of.name || rest.join('/') === `${of.namespace}/${of.name}`)
}

function namesOf(changes: readonly Change[]): string {
  return objectNames(
    changes.map(it => it.id),
    10,
  )
}

/** Objects that are not settled by a pull request and that the sync of its merge puts back, as any sync would. */
export function putBackBesides(
  drifted: readonly Change[],
  settled: { readonly whole: readonly ObjectId[]; readonly inPart: readonly ObjectId[] },
): readonly ObjectId[] {
  const isSettled = (id: ObjectId) => settled.whole.includes(id) && !settled.inPart.includes(id)
  // No sync has it in its inventory.
  return drifted.filter(it => it.action !== 'leave-behind' && !isSettled(it.id)).map(it => it.id)
}
