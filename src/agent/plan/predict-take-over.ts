import { sameJson } from '../../engine/json.ts'
import { withoutFieldsWeDrop } from '../../engine/overlay.ts'
import { formatPointer } from '../../engine/pointer.ts'
import { identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { migratedFields } from './take-over.ts'

export interface TakeOver {
  /** What a dry run of our apply says, with everything in it that client-side apply owns. */
  readonly predicted: KubernetesObject
  readonly live: KubernetesObject
  readonly wanted: KubernetesObject
}

/**
 * The sync takes client-side apply's fields over first, so that those which are not rendered go. A dry run cannot be asked after
 * another, so what goes is worked out here; a second dry run then says what the server fills in for it, for `kubectl apply` owns the
 * defaults that it met. Rejects with ClusterError.
 */
export async function predictTakeOver(
  cluster: Cluster,
  { predicted, live, wanted }: TakeOver,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const managedFields = migratedFields(live)
  if (managedFields === null) return predicted
  const migrated = { ...predicted, metadata: { ...predicted.metadata, managedFields } }
  const target = withoutFieldsWeDrop(migrated, wanted)
  if (sameJson(target, migrated)) return predicted
  const resource = (await cluster.discover(signal)).find(live.apiVersion, live.kind)
  if (!resource) return target
  const body = [
    ...operations([], live, target, Object.keys({ ...live, ...target }).filter(isContent)),
    ...operations(['metadata'], live.metadata, target.metadata, metadataFields),
  ]
  return cluster.patch(resource, identityOf(live), { type: 'json', body, dryRun: true }, signal)
}

function isContent(field: string): boolean {
  return !['apiVersion', 'kind', 'metadata', 'status'].includes(field)
}

const metadataFields = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** A JSON patch (RFC 6902) that makes fields what `to` has. `add` replaces what is there. */
function operations(
  parent: readonly string[],
  from: object,
  to: object,
  fields: readonly string[],
): readonly object[] {
  const before = new Map<string, unknown>(Object.entries(from))
  const after = new Map<string, unknown>(Object.entries(to))
  return fields.flatMap((field): readonly object[] => {
    const path = formatPointer([...parent, field])
    if (after.has(field)) return [{ op: 'add', path, value: after.get(field) }]
    return before.has(field) ? [{ op: 'remove', path }] : []
  })
}
