import { definedKinds } from '../../engine/defined-kinds.ts'
import { parseIdentity, type Identity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { State } from '../state/state.ts'

/** Which application lives in a Namespace, or by a CustomResourceDefinition; null for none but the one that asks. */
export type InhabitantOf = (holder: KubernetesObject) => string | null

/**
 * What other applications have, or are about to have: with a Namespace goes all that is in it, and with a definition all objects of its
 * kind, whoever made them. Rejects with ClusterError.
 */
export async function livedIn(state: State, application: string, signal: AbortSignal): Promise<InhabitantOf> {
  const namespaces = new Map<string, string>()
  const kinds = new Map<string, string>()
  const note = (name: string, ids: readonly string[]) => {
    for (const { group, kind, namespace } of ids.map(parseIdentity)) {
      if (namespace !== '') namespaces.set(namespace, name)
      kinds.set(`${group}/${kind}`, name)
    }
  }
  for (const other of await state.list(signal)) {
    const { name } = other.application
    if (name !== application) note(name, other.status.inventory)
  }
  for (const name of await state.journals(signal)) {
    if (name !== application) note(name, (await state.readJournal(name, signal))?.creates ?? [])
  }
  return holder => {
    if (holder.kind === 'Namespace') return namespaces.get(holder.metadata.name) ?? null
    const defined = [...definedKinds([holder]).keys()].map(withoutVersion)
    return defined.flatMap(kind => kinds.get(kind) ?? [])[0] ?? null
  }
}

/** Whether deleting such an object deletes others. */
export function holdsOthers({ group, kind }: Pick<Identity, 'group' | 'kind'>): boolean {
  return (
    (group === '' && kind === 'Namespace') ||
    (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition')
  )
}

/** `group/version/Kind` to `group/Kind`. */
function withoutVersion(kind: string): string {
  return kind.replace(/\/[^/]*\//, '/')
}
