import { z } from 'zod'
import type { KubernetesObject } from '../../model/object.ts'
import { ClusterError, type Resource } from './cluster.ts'

const metadata = z.looseObject({ name: z.string().default('') })

/** Any object as the API server sends it. Its four fields are checked; the rest belongs to its kind. */
const objectDocument = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata })

/** Its items are looked at one by one: a schema would copy each of thousands. */
const listDocument = z.object({
  metadata: z.object({ resourceVersion: z.string().default(''), continue: z.string().default('') }),
  items: z.array(z.custom<ListItem>(isListItem)).nullish(),
})

type ListItem = Pick<KubernetesObject, 'metadata'> & Readonly<Record<string, unknown>>

function isListItem(item: unknown): item is ListItem {
  if (typeof item !== 'object' || item === null || !('metadata' in item)) return false
  const { metadata } = item
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'name' in metadata &&
    typeof metadata.name === 'string'
  )
}

const watchDocument = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({
    kind: z.string().optional(),
    code: z.number().optional(),
    message: z.string().optional(),
    metadata: z
      .looseObject({
        resourceVersion: z.string().optional(),
        annotations: z.record(z.string(), z.string()).nullish(),
      })
      .optional(),
  }),
})

export interface Page {
  readonly objects: readonly KubernetesObject[]
  readonly resourceVersion: string
  /** Empty on the last page. */
  readonly next: string
}

export function parseObject(json: unknown): KubernetesObject {
  return understood(objectDocument, json)
}

/** The items of a list carry no apiVersion and kind of their own. */
export function parsePage(json: unknown, resource: Resource): Page {
  const list = understood(listDocument, json)
  const apiVersion = apiVersionOf(resource)
  return {
    objects: (list.items ?? []).map(item => ({ ...item, apiVersion, kind: resource.kind })),
    resourceVersion: list.metadata.resourceVersion,
    next: list.metadata.continue,
  }
}

export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** One line of a watch. */
export function parseWatchLine(line: string): z.infer<typeof watchDocument> {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw notUnderstood(cause)
  }
  return understood(watchDocument, json)
}

function understood<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw notUnderstood(parsed.error)
}

/** What answered is no API server: a proxy with a page of its own, most often. The cause may quote the answer. */
function notUnderstood(cause: unknown): ClusterError {
  const message = 'could not understand the API server: its answer is no Kubernetes object'
  return new ClusterError('server', message, { status: 200, passing: true }, { cause })
}
