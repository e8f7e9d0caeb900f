import { toYaml } from '../../../engine/diff-text.ts'
import { formatPointer } from '../../../engine/pointer.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import { type Candidate, changeAt, editing, isMap, valueIn } from '../candidate.ts'
import { pathOfSteps } from '../document-place.ts'
import type { Scene } from '../scene.ts'
import { mergeOf, wrapped } from './merge-patch.ts'
import { below, listOf, type Root } from './roots.ts'

/** A new patch, as people write it: by merge, or as operations where that does not do. `name` is the object's in its file. */
export function addPatch(root: Root, scene: Scene, name: string): readonly Candidate[] {
  const { object } = scene.rendered
  const { apiVersion, kind } = object
  const head = { apiVersion, kind, metadata: { name } } as KubernetesObject
  if (scene.wanted.steps.length === 0)
    return [newPatch(root, { patch: toYaml({ ...head, $patch: 'delete' }) })]
  const { steps, value } = mergeOf(scene)
  const body = wrapped(steps, value, object)
  const merged = isMap(body) ? [newPatch(root, { patch: toYaml(withBody(head, body)) })] : []
  const operation = operationFor(scene)
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion]
  const target = { ...(group === undefined ? {} : { group }), version, kind, name }
  return operation ? [...merged, newPatch(root, { target, patch: operation })] : merged
}

function withBody(head: KubernetesObject, body: Readonly<Record<string, unknown>>): KubernetesObject {
  const { metadata, ...rest } = body
  return { ...head, metadata: { ...head.metadata, ...(isMap(metadata) ? metadata : {}) }, ...rest }
}

function operationFor({ wanted, rendered }: Scene): string | null {
  const path = pathOfSteps(rendered.object, wanted.steps)
  if (path === null) return null
  const there = valueIn(rendered.object, path) !== undefined
  const pointer = `path: ${JSON.stringify(formatPointer(path))}`
  if (wanted.value === undefined) return there ? `- op: remove\n  ${pointer}\n` : null
  const op = there ? 'replace' : 'add'
  return `- op: ${op}\n  ${pointer}\n  value: ${JSON.stringify(wanted.value)}\n`
}

function newPatch(root: Root, entry: { readonly patch: string; readonly target?: unknown }): Candidate {
  const { key, list } = listOf(root, 'patches')
  const at = list.length
  const edit = at > 0 ? changeAt(below(root, key, at), entry) : changeAt(below(root, key), [entry])
  return editing(below(root, key, at, 'patch'), [edit])
}
