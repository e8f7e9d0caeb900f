import type { KubernetesObject } from '../../model/object.ts'
import { type ListOptions, ClusterError, type Resource, type WatchOptions } from './cluster.ts'
import type { Client } from './client.ts'
import { parsePage } from './documents.ts'
import { collectionPath } from './paths.ts'

export interface Listed<T> {
  readonly objects: readonly T[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

const pageSize = 250
const largestPage = 128 * 2 ** 20

const metadataOnlyList =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;q=0.1'

/** Everything that matches, as of one moment, page by page. */
export async function listAll<T = KubernetesObject>(
  client: Client,
  resource: Resource,
  options: WatchOptions<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  try {
    return await listPages({ client, resource, options, limit: pageSize }, signal)
  } catch (error) {
    // The moment of the first page was compacted away while the pages were read: once more, in one answer.
    if (!(error instanceof ClusterError) || error.status !== 410) throw error
    return listPages({ client, resource, options, limit: undefined }, signal)
  }
}

interface Pages<T> {
  readonly client: Client
  readonly resource: Resource
  readonly options: WatchOptions<T>
  /** Objects a page; undefined for one page. */
  readonly limit: number | undefined
}

async function listPages<T>(
  { client, resource, options, limit }: Pages<T>,
  signal: AbortSignal,
): Promise<Listed<T>> {
  const objects: T[] = []
  let next = ''
  for (;;) {
    const path = collectionPath(resource, options.namespace, {
      ...selectorsOf(options),
      limit,
      continue: next,
    })
    const call = {
      method: 'GET' as const,
      path,
      attempted: describeList(resource, options),
      maxBytes: largestPage,
      ...(options.metadataOnly ? { accept: metadataOnlyList } : {}),
    }
    const page = parsePage(await client.call(call, signal), resource)
    for (const object of page.objects) objects.push(kept(object, options))
    if (page.next === '') return { objects, resourceVersion: page.resourceVersion }
    next = page.next
  }
}

/** What of an object its follower wants to have; all of it where nothing was said. */
export function kept<T>(object: KubernetesObject, { keep }: WatchOptions<T>): T {
  // Without `keep`, T is what is there.
  return keep ? keep(object) : (object as T)
}

export function selectorsOf(options: ListOptions) {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector }
}

export function describeList(resource: Resource, options: ListOptions): string {
  const where = options.namespace ? ` in namespace ${options.namespace}` : ''
  return `list ${resource.plural}${resource.group ? `.${resource.group}` : ''}${where}`
}
