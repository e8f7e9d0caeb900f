import type { Application } from '../../model/application.ts'
import { describeIdentity, identityOf, type ObjectId, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Change, Plan } from '../../model/plan.ts'
import { leftUntilConfirmed, type ObjectHealth, stillDeleted } from '../../model/sync.ts'
import { whyNotGone } from '../../engine/not-gone.ts'
import { formatProblem } from '../../model/problem.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import { keepOf, mayReplace } from '../../engine/sync-options.ts'
import type { Failure } from './sync-failure.ts'

export interface PreflightQuestion {
  readonly application: Application
  readonly plan: Plan
  readonly input: Pick<PlanInput, 'head' | 'live'>
  readonly reviewedDigest: string | null
  readonly requireReviewedPlan: boolean
  /** The application goes. */
  readonly removed: boolean
  /** Somebody has confirmed that what waits for that goes. */
  readonly confirmed: boolean
}

export type Preflight =
  /** The cluster already is as rendered. */
  | { readonly kind: 'nothing-to-do'; readonly left: readonly ObjectHealth[] }
  /** Writes these, and deletes those. */
  | {
      readonly kind: 'go'
      readonly writes: readonly Change[]
      readonly deletes: readonly ObjectId[]
      readonly left: readonly ObjectHealth[]
    }
  /** Stopped before the first write. */
  | { readonly kind: 'refused' | 'waiting'; readonly error: Failure }

const written: ReadonlySet<Change['action']> = new Set(['create', 'update', 'adopt', 'replace'])

/** What may happen before anything is written: every reason not to begin, decided from the fresh plan. */
export function preflight(question: PreflightQuestion): Preflight {
  const { plan } = question
  const refused = plan.changes.filter(change => change.action === 'error')
  if (refused.length > 0) {
    return { kind: 'refused', error: { code: 'objects-refused', message: listRefused(refused) } }
  }
  const writes = plan.changes.filter(change => written.has(change.action))
  const { deletes, left, unconfirmed } = deletesOf(question)
  if (question.removed && unconfirmed.length > 0) {
    return { kind: 'waiting', error: { code: 'delete-not-confirmed', message: listUnconfirmed(unconfirmed) } }
  }
  if (writes.length === 0 && deletes.length === 0) return { kind: 'nothing-to-do', left }

  const closed = replacesNotOptedIn(writes, question)
  if (closed.length > 0) {
    return { kind: 'refused', error: { code: 'replace-not-allowed', message: listReplaces(closed) } }
  }
  const unreviewed = reviewProblem(question)
  if (unreviewed) return { kind: 'waiting', error: unreviewed }
  return { kind: 'go', writes, deletes, left }
}

interface Deletes {
  readonly deletes: readonly ObjectId[]
  /** What stays for now, and why. */
  readonly left: readonly ObjectHealth[]
  readonly unconfirmed: readonly ObjectId[]
}

/** What the plan deletes, but for what waits for a person, and what is being deleted already. */
function deletesOf({ plan, input, application, removed, confirmed }: PreflightQuestion): Deletes {
  const deletes: ObjectId[] = []
  const unconfirmed: ObjectId[] = []
  const left: ObjectHealth[] = []
  for (const { id, action } of plan.changes) {
    const read = action === 'delete' ? input.live.get(id) : undefined
    if (read?.kind !== 'live') continue
    const keep = keepOf(read.object, application, { removed })
    if (read.object.metadata.deletionTimestamp) {
      left.push({ id, status: 'progressing', message: `${stillDeleted}: ${whyNotGone(read.object)}` })
    } else if (keep === null || (keep.until === 'confirmed' && confirmed)) {
      deletes.push(id)
    } else if (keep.until === 'confirmed') {
      unconfirmed.push(id)
      const message = `${leftUntilConfirmed}: it has ${keep.because}`
      left.push({ id, status: 'suspended', message })
    }
  }
  return { deletes, left, unconfirmed }
}

function listUnconfirmed(ids: readonly ObjectId[]): string {
  const names = ids.map(id => describeIdentity(parseIdentity(id))).join(', ')
  return `nothing was deleted: somebody has to confirm that these go with the application: ${names}`
}

function replacesNotOptedIn(
  writes: readonly Change[],
  { application, input }: PreflightQuestion,
): readonly KubernetesObject[] {
  const replaces = new Set(writes.filter(change => change.action === 'replace').map(change => change.id))
  return input.head
    .filter(desired => replaces.has(desired.id) && !mayReplace(desired.object, application))
    .map(desired => desired.object)
}

function reviewProblem({ requireReviewedPlan, reviewedDigest, plan }: PreflightQuestion): Failure | null {
  if (!requireReviewedPlan || reviewedDigest === plan.changeDigest) return null
  if (reviewedDigest === null) {
    return { code: 'not-reviewed', message: 'nobody has reviewed a plan of this change; nothing was written' }
  }
  return {
    code: 'plan-moved',
    message:
      'the cluster moved since the plan was reviewed: this sync would change other fields; nothing was written',
  }
}

function listRefused(changes: readonly Change[]): string {
  const lines = changes.map(({ id, error }) =>
    error ? formatProblem(error) : `${describeIdentity(parseIdentity(id))} cannot be applied`,
  )
  return ['nothing was written, because:', ...lines].join('\n')
}

function listReplaces(objects: readonly KubernetesObject[]): string {
  const names = objects.map(object => describeIdentity(identityOf(object))).join(', ')
  return (
    `nothing was written: an immutable field changes, so these would have to be deleted and created again: ${names}. ` +
    'Allow it with the annotation plumbline.dev/sync-options: Replace=true'
  )
}
