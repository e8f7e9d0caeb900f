import { type Candidate, changeAt, editing, isMap, setAt } from '../candidate.ts'
import type { Scene } from '../scene.ts'
import { below, listOf, type Root } from './roots.ts'

function isReplicas({ wanted }: Scene): boolean {
  return wanted.steps.join('/') === 'f:spec/f:replicas' && typeof wanted.value === 'number'
}

/** The entry of `replicas` for the object. */
export function setReplicas(root: Root, scene: Scene): readonly Candidate[] {
  if (!isReplicas(scene)) return []
  const { name } = scene.rendered.object.metadata
  const { key, list } = listOf(root, 'replicas')
  return list.flatMap((entry, at) =>
    isMap(entry) && typeof entry['name'] === 'string' && name.includes(entry['name'])
      ? [setAt(below(root, key, at, 'count'), scene.wanted.value)]
      : [],
  )
}

/** A new entry; `name` is the object's before prefixes and suffixes. */
export function addReplicas(root: Root, scene: Scene, name: string): readonly Candidate[] {
  if (!isReplicas(scene)) return []
  const { key, list } = listOf(root, 'replicas')
  const entry = { name, count: scene.wanted.value }
  const place = below(root, key, list.length, 'count')
  return list.length > 0
    ? [editing(place, [changeAt(below(root, key, list.length), entry)])]
    : [editing(place, [changeAt(below(root, key), [entry])])]
}
