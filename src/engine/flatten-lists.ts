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
  const kind = list.kind.slice(0, -'List'.length)
  return list.items.map(item => listItem(item, list.apiVersion, kind))
}

/** An item of a list; those of a typed list may leave out what the list's own kind says. `kind` is empty for a plain List. */
export function listItem(item: unknown, apiVersion: string, kind: string): KubernetesObject {
  const fields = isJsonObject(item) ? item : {}
  const defaults =
    kind === '' ? {} : { apiVersion: fields.apiVersion ?? apiVersion, kind: fields.kind ?? kind }
  return { ...fields, ...defaults } as unknown as KubernetesObject
}
