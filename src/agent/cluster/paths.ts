import type { Resource } from './cluster.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** `/api/v1/namespaces/shop/configmaps`, or `/apis/apps/v1/deployments` over all namespaces when none is given. */
export function collectionPath(resource: Resource, namespace: string | undefined, query: Query = {}): string {
  const root =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const inside = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${inside}/${resource.plural}${queryString(query)}`
}

export function objectPath(
  resource: Resource,
  object: { readonly namespace: string; readonly name: string },
  options: { readonly subresource?: string | undefined; readonly query?: Query } = {},
): string {
  const tail = options.subresource ? `/${options.subresource}` : ''
  const collection = collectionPath(resource, object.namespace)
  return `${collection}/${encodeURIComponent(object.name)}${tail}${queryString(options.query ?? {})}`
}

function queryString(query: Query): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '' && value !== false) search.set(key, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
