import { objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import { ClusterError } from '../cluster/cluster.ts'
import type { SyncContext } from './context.ts'
import { namespaceToCreate } from './journal-entry.ts'
import { readLive } from './read-live.ts'
import type { SyncRequest } from './syncer.ts'

/**
 * The namespace that the sync has to create, because `CreateNamespace=true` says so and it is not there; else null. As any other object it has
 * to be allowed and is dry-run first: rejects with InvalidInputError or ClusterError when it would be refused.
 */
export async function missingNamespace(
  { cluster, tenancy }: Pick<SyncContext, 'cluster' | 'tenancy'>,
  { request, input }: { readonly request: SyncRequest; readonly input: PlanInput },
  signal: AbortSignal,
): Promise<KubernetesObject | null> {
  const rendered = [...input.head, ...(input.hooks ?? [])].map(it => it.object)
  const object = namespaceToCreate(request.application, rendered)
  if (!object) return null
  const identity = { group: '', kind: 'Namespace', namespace: '', name: object.metadata.name }
  if (await readLive(cluster, identity, signal)) return null
  const refused = tenancy.refuse(request, [{ id: objectIdOf(object), object, source: null }])
  if (refused.length > 0) throw new InvalidInputError(refused.map(it => it.problem))
  try {
    await cluster.apply(object, { dryRun: true }, signal)
  } catch (error) {
    if (!(error instanceof ClusterError) || !isRefusal(error)) throw error
    const hint = 'Create the namespace, or leave CreateNamespace=true out'
    throw new InvalidInputError(
      [{ code: 'namespace-refused', message: error.message, location: null, hint }],
      { cause: error },
    )
  }
  return object
}

function isRefusal({ code }: ClusterError): boolean {
  return code === 'forbidden' || code === 'invalid' || code === 'webhook-denied'
}
