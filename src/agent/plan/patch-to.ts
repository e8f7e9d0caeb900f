import { sameJson } from '../../engine/json.ts'
import { formatPointer } from '../../engine/pointer.ts'
import type { KubernetesObject } from '../../model/object.ts'

/** An RFC 6902 document. */
export type JsonPatch = readonly {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: string
  readonly value?: unknown
}[]

const metadataFields = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** Makes the content of `live` what `target` has; who owns it, and its status, stay as they are. */
export function patchTo(live: KubernetesObject, target: KubernetesObject): JsonPatch {
  return [
    ...operations([], live, target, Object.keys({ ...live, ...target }).filter(isContent)),
    ...operations(['metadata'], live.metadata, target.metadata, metadataFields),
  ]
}

/** Bound to the resourceVersion that was read. Not `test`: this way the server calls a mismatch a conflict. */
export function onlyAt({ metadata }: KubernetesObject): JsonPatch {
  return [{ op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion }]
}

function isContent(field: string): boolean {
  return !['apiVersion', 'kind', 'metadata', 'status'].includes(field)
}

function operations(
  parent: readonly string[],
  from: object,
  to: object,
  fields: readonly string[],
): JsonPatch {
  const before = new Map<string, unknown>(Object.entries(from))
  const after = new Map<string, unknown>(Object.entries(to))
  return fields.flatMap((field): JsonPatch => {
    const path = formatPointer([...parent, field])
    if (!after.has(field)) return before.has(field) ? [{ op: 'remove', path }] : []
    // `add` replaces what is there.
    return sameJson(before.get(field), after.get(field)) ? [] : [{ op: 'add', path, value: after.get(field) }]
  })
}
