import { type Candidate, isMap, setAt } from '../candidate.ts'
import type { Scene } from '../scene.ts'
import { below, fieldOf, listOf, type Root } from './roots.ts'

/** Labels and annotations that a kustomization gives to all of its objects. */
export function setCommonMetadata(root: Root, { wanted }: Scene): readonly Candidate[] {
  const [name, map] = [wanted.steps.at(-1), wanted.steps.at(-2)]
  const key = name?.startsWith('f:') ? name.slice(2) : null
  if (key === null) return []
  const inMap = (field: string): readonly Candidate[] => {
    const found = fieldOf(root, field)
    return isMap(found.value) && Object.hasOwn(found.value, key)
      ? [setAt(below(root, found.key, key), wanted.value)]
      : []
  }
  if (map === 'f:annotations') return inMap('commonAnnotations')
  if (map !== 'f:labels' && map !== 'f:matchLabels') return []
  const { key: labels, list } = listOf(root, 'labels')
  const inPairs = list.flatMap((entry, at) =>
    isMap(entry) && isMap(entry['pairs']) && Object.hasOwn(entry['pairs'], key)
      ? [setAt(below(root, labels, at, 'pairs', key), wanted.value)]
      : [],
  )
  return [...inPairs, ...inMap('commonLabels')]
}
