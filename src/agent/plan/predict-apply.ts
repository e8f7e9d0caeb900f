import { sameJson } from '../../engine/json.ts'
import { isBuiltIn, mended } from '../../engine/mend.ts'
import { overlay, withEmptyMaps, withoutFieldsWeDrop } from '../../engine/overlay.ts'
import { identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { patchTo } from './patch-to.ts'
import { migratedFields, type TakeOver } from './take-over.ts'

export type Apply = Pick<TakeOver, 'wanted' | 'rules'> & {
  /** Null when there is none. */
  readonly live: KubernetesObject | null
}

/**
 * What an apply of `wanted` by a sync makes of `live`, by dry runs. A sync takes over what client-side apply owns before it applies,
 * and puts out of the way what the server refuses to have beside what is rendered. Rejects with ClusterError when it is refused.
 */
export async function predictApply(
  cluster: Cluster,
  { live, wanted, rules }: Apply,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const migrated = live && withMigratedFields({ live, wanted, rules })
  try {
    const predicted = await cluster.apply(wanted, { dryRun: true }, signal)
    if (!live || !migrated) return predicted
    return await afterTakeOver(cluster, { live, predicted, wanted, migrated }, signal)
  } catch (error) {
    if (!live || !isOfTheWhole(error)) throw error
    const target = mended(migrated ?? live, wanted) ?? (migrated && overlay(migrated, wanted))
    if (!target) throw error
    try {
      return await patched(cluster, live, target, signal)
    } catch (patchError) {
      // What the apply itself was refused for is what people can do something about.
      throw patchError instanceof ClusterError && patchError.code === 'invalid' ? error : patchError
    }
  }
}

/** Whether it was refused for what it leads to, not for what is rendered by itself. */
export function isOfTheWhole(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'invalid' && error.status === 422
}

function withMigratedFields(takeOver: TakeOver): KubernetesObject | null {
  const { live } = takeOver
  const managedFields = migratedFields(takeOver)
  return managedFields && { ...live, metadata: { ...live.metadata, managedFields } }
}

interface Afterwards {
  readonly live: KubernetesObject
  /** What a dry run of our apply says, with everything in it that client-side apply owns. */
  readonly predicted: KubernetesObject
  readonly wanted: KubernetesObject
  readonly migrated: KubernetesObject
}

/**
 * A dry run cannot be asked after another: what goes by the take-over is worked out here; a second dry run then says what the server
 * fills in for it, for `kubectl apply` owns the defaults that it met.
 */
async function afterTakeOver(
  cluster: Cluster,
  { live, predicted, wanted, migrated }: Afterwards,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const { managedFields } = migrated.metadata
  const owned = {
    ...predicted,
    metadata: { ...predicted.metadata, ...(managedFields ? { managedFields } : {}) },
  }
  const rest = withoutFieldsWeDrop(owned, wanted)
  // The empty map that is rendered where all goes: built-in kinds are stored without it, a custom resource's schema wants it.
  const target = isBuiltIn(wanted) ? rest : withEmptyMaps(rest, wanted)
  return sameJson(target, owned) ? predicted : patched(cluster, live, target, signal)
}

async function patched(
  cluster: Cluster,
  live: KubernetesObject,
  target: KubernetesObject,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const resource = (await cluster.discover(signal)).find(live.apiVersion, live.kind)
  if (!resource) return target
  const body = patchTo(live, target)
  return cluster.patch(resource, identityOf(live), { type: 'json', body, dryRun: true }, signal)
}
