import { definedKinds } from '../../engine/defined-kinds.ts'
import { canonicalId, type ObjectId, objectIdOf, parseIdentity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { State } from '../state/state.ts'
import { othersThan } from './others.ts'

/** Which application has an object, lives in it (a Namespace) or by it (a CustomResourceDefinition); null for none but the one that asks. */
export type InhabitantOf = (holder: KubernetesObject) => string | null

/**
 * What other applications have, or are about to have: with a Namespace goes all that is in it, and with a definition all objects of its
 * kind, whoever made them. Rejects with ClusterError.
 */
export async function livedIn(state: State, application: string, signal: AbortSignal): Promise<InhabitantOf> {
  const namespaces = new Map<string, string>()
  const kinds = new Map<string, string>()
  const objects = new Map<ObjectId, string>()
  for await (const { application: name, ids } of othersThan(application, state, signal)) {
    for (const id of ids) {
      objects.set(canonicalId(id), name)
      const { group, kind, namespace } = parseIdentity(id)
      if (namespace !== '') namespaces.set(namespace, name)
      kinds.set(`${group}/${kind}`, name)
    }
  }
  return holder => {
    const owner = objects.get(canonicalId(objectIdOf(holder)))
    if (owner !== undefined) return owner
    if (holder.kind === 'Namespace') return namespaces.get(holder.metadata.name) ?? null
    const defined = [...definedKinds([holder]).keys()].map(withoutVersion)
    return defined.flatMap(kind => kinds.get(kind) ?? [])[0] ?? null
  }
}

/** `group/version/Kind` to `group/Kind`. */
function withoutVersion(kind: string): string {
  return kind.replace(/\/[^/]*\//, '/')
}
