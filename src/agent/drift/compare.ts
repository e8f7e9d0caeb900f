import type { Application } from '../../model/application.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { parseIdentity } from '../../model/identity.ts'
import type { Change } from '../../model/plan.ts'
import type { LiveRead } from '../../model/rendered.ts'
import { type DriftInput, driftOf } from '../../engine/drift.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { withoutIgnored } from '../../engine/ignore-differences.ts'
import { provesOurs } from '../../engine/unchanged.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { inParallel } from '../plan/in-parallel.ts'
import { predictApply } from '../plan/predict-apply.ts'
import { endsEverything } from '../plan/read-live.ts'
import type { Assignment } from './assignment.ts'

export type Finding =
  /** `proven`: our manager owns all that was rendered, so that any foreign write shows in what we own. */
  | { readonly kind: 'as-synced'; readonly proven: boolean }
  | { readonly kind: 'drifted'; readonly change: Change }
  /** Neither drift nor its absence. */
  | { readonly kind: 'unknown'; readonly message: string }

export interface Compare {
  readonly cluster: Cluster
  readonly assignment: Assignment
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  readonly redactionKey: Uint8Array
}

/**
 * What was read, compared with what was last synced. Drift is what a plan would put back: where something seems to have drifted a
 * dry run has the last word, for only the server knows what it stores (`hostNetwork: false`) and what of a list is others'.
 */
export async function compare(
  { cluster, assignment, live, redactionKey }: Compare,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, Finding>> {
  const { application, desired } = assignment
  const wanted = [...live.keys()].flatMap(id => desired.get(id) ?? [])
  const input: DriftInput = {
    desired: wanted,
    all: () => [...desired.values()],
    live,
    application,
    redactionKey,
  }
  const changes = driftOf(input)
  const updated = new Set(changes.filter(it => it.action === 'update').map(it => it.id))
  const objects = wanted.filter(it => updated.has(it.id))
  const predicted = await dryRun(cluster, { application, objects, live }, signal)
  const told = predicted.size === 0 ? changes : driftOf({ ...input, predicted })
  const changed = new Map(told.map(change => [change.id, change]))
  const byId = new Map(wanted.map(it => [it.id, it.object]))
  return new Map([...live].map(([id, read]) => [id, findingOf(id, read)]))

  function findingOf(id: ObjectId, read: LiveRead): Finding {
    const change = changed.get(id)
    if (change?.action === 'error') return { kind: 'unknown', message: change.error?.message ?? '' }
    if (change) return { kind: 'drifted', change }
    const object = byId.get(id)
    if (!object || read.kind !== 'live') return { kind: 'as-synced', proven: false }
    const ours = withoutIgnored(object, read.object, application.ignoreDifferences, parseIdentity(id))
    return { kind: 'as-synced', proven: provesOurs(ours, read.object, object) }
  }
}

interface DryRun {
  readonly application: Application
  readonly objects: readonly DesiredObject[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
}

/** What the server refuses to answer is told as it looked. */
async function dryRun(
  cluster: Cluster,
  { application, objects, live }: DryRun,
  signal: AbortSignal,
): Promise<ReadonlyMap<ObjectId, KubernetesObject>> {
  const predicted = new Map<ObjectId, KubernetesObject>()
  await inParallel(objects, async ({ id, object }) => {
    const read = live.get(id)
    if (read?.kind !== 'live') return
    const wanted = withoutIgnored(object, read.object, application.ignoreDifferences, parseIdentity(id))
    try {
      const answer = await predictApply(
        cluster,
        { live: read.object, wanted, rules: application.ignoreDifferences },
        signal,
      )
      // What was written since the read is looked at when its event comes.
      const isStill = answer.metadata.resourceVersion === read.object.metadata.resourceVersion
      if (isStill) predicted.set(id, answer)
    } catch (error) {
      if (!(error instanceof ClusterError) || endsEverything(error)) throw error
    }
  })
  return predicted
}
