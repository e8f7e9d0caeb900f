import { createHmac } from 'node:crypto'
import type { KubernetesObject } from '../model/object.ts'
import type { Plan } from '../model/plan.ts'
import type { LiveRead } from '../model/rendered.ts'
import type { Observed } from '../model/watch.ts'
import { canonicalJson, isJsonObject } from './json.ts'
import type { PlanInput } from './plan-input.ts'
import { formatPointer, parsePointer, valueAt } from './pointer.ts'

/** So many objects of one plan are watched: the first ones, in the plan's order. */
const most = 2000
/** A field with more entries is watched whole. */
const mostEntries = 50

/** Where an object is written by controllers all the time, or by the API server itself. */
const notContent = new Set(['apiVersion', 'kind', 'metadata', 'status'])

/** What a plan depends on in the objects that it changes. Digests, which may leave the cluster. */
export function observedBy(
  plan: Plan,
  { head, live, redactionKey }: Pick<PlanInput, 'head' | 'live' | 'redactionKey'>,
): readonly Observed[] {
  const desired = new Map(head.map(it => [it.id, it.object]))
  return plan.changes.slice(0, most).flatMap(({ id, fields }) => {
    const read = live.get(id)
    const wanted = desired.get(id)
    const pointers = pointersOf(
      wanted,
      fields.map(it => it.path),
    )
    const mark = read && markOf(read, { id, pointers }, redactionKey)
    const apiVersion = (read?.kind === 'live' ? read.object : wanted)?.apiVersion ?? null
    return mark === undefined ? [] : [{ id, apiVersion, pointers, mark }]
  })
}

/**
 * What was observed, told so that it is the same while it is the same object with the same content where it counts. Who wrote it, when,
 * and its status do not count. Null when there is no such object; undefined when it cannot be read, which says nothing.
 */
export function markOf(
  read: LiveRead,
  { id, pointers }: Pick<Observed, 'id' | 'pointers'>,
  key: Uint8Array,
): string | null | undefined {
  if (read.kind === 'unreadable') return undefined
  if (read.kind === 'absent') return null
  const { object } = read
  const content = pointers.map(it => valueAt(object, parsePointer(it)) ?? null)
  const text = canonicalJson([id, object.metadata.uid ?? null, content])
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, markLength)
}

/** 128 bits. */
const markLength = 22

/** What Git wants to have a say in, one field below the top, and the fields that the plan shows. Whoever writes elsewhere changes no plan. */
function pointersOf(desired: KubernetesObject | undefined, changed: readonly string[]): readonly string[] {
  const wanted = desired ? [...writtenIn(desired)] : []
  const covered = (path: string) => wanted.some(it => path === it || path.startsWith(`${it}/`))
  const more = changed.filter(path => isContent(path) && !covered(path))
  return [...new Set([...wanted, ...more])].toSorted()
}

function* writtenIn(desired: KubernetesObject): Iterable<string> {
  const { labels, annotations } = desired.metadata
  for (const [name, entries] of Object.entries({ labels, annotations })) {
    for (const key of Object.keys(entries ?? {})) yield formatPointer(['metadata', name, key])
  }
  for (const [name, value] of Object.entries(desired)) {
    if (notContent.has(name)) continue
    const keys = isJsonObject(value) ? Object.keys(value) : []
    if (keys.length === 0 || keys.length > mostEntries) yield formatPointer([name])
    else for (const key of keys) yield formatPointer([name, key])
  }
}

function isContent(path: string): boolean {
  return path !== '' && !/^\/(status|metadata\/(managedFields|resourceVersion|generation))(\/|$)/.test(path)
}
