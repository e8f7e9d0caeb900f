import type { KubernetesObject } from '../model/object.ts'
import type { RenderedObject } from '../model/rendered.ts'
import { isJsonObject, textAt } from './json.ts'

/** Puts the items of `List` and of typed lists (`ConfigMapList`) in the list's place, lists inside lists too. */
export function flattenLists(rendered: readonly RenderedObject[]): readonly RenderedObject[] {
  return rendered.flatMap(item => {
    const items = itemsOf(item.object)
    if (!items) return [item]
    return flattenLists(items.map(object => ({ object, source: item.source })))
  })
}

/** The items of a list, with the apiVersion and kind that typed lists leave out; null when the object is no list. */
function itemsOf(list: KubernetesObject): readonly KubernetesObject[] | null {
  if (!isJsonObject(list) || typeof list.kind !== 'string' || !list.kind.endsWith('List')) return null
  // A kind of its own may end in List too; a list has no name.
  if (!Array.isArray(list.items) || textAt(list, 'metadata', 'name')) return null
  const itemKind = list.kind.slice(0, -'List'.length)
  const defaults = itemKind === '' ? {} : { apiVersion: list.apiVersion, kind: itemKind }
  return list.items.map(
    item => ({ ...defaults, ...(isJsonObject(item) ? item : {}) }) as unknown as KubernetesObject,
  )
}
