import type { KubernetesObject } from '../../model/object.ts'
import type { WatchEvent } from '../cluster/cluster.ts'

/** What a watch has told so far, by namespace and name. */
export interface ObjectStore {
  /** False until the first whole set has come. */
  readonly ready: boolean
  /** Takes an event; gives the objects that appeared, changed or went with it. */
  take(event: WatchEvent): readonly StoreChange[]
  get(namespace: string | undefined, name: string): KubernetesObject | undefined
  values(): Iterable<KubernetesObject>
}

export interface StoreChange {
  readonly object: KubernetesObject
  readonly before: KubernetesObject | undefined
  readonly gone: boolean
}

export function createObjectStore(): ObjectStore {
  const objects = new Map<string, KubernetesObject>()
  let ready = false

  function set(object: KubernetesObject): readonly StoreChange[] {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    const before = objects.get(key)
    objects.set(key, object)
    const same = before !== undefined && before.metadata.resourceVersion === object.metadata.resourceVersion
    return same ? [] : [{ object, before, gone: false }]
  }

  function remove(object: KubernetesObject): StoreChange {
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    const before = objects.get(key)
    objects.delete(key)
    return { object, before, gone: true }
  }

  return {
    get ready() {
      return ready
    },
    get: (namespace, name) => objects.get(keyOf(namespace, name)),
    values: () => objects.values(),
    take(event) {
      if (event.type === 'set') return set(event.object)
      if (event.type === 'gone') return [remove(event.object)]
      ready = true
      const listed = new Set(event.objects.map(it => keyOf(it.metadata.namespace, it.metadata.name)))
      const lost = [...objects.values()].filter(
        it => !listed.has(keyOf(it.metadata.namespace, it.metadata.name)),
      )
      return [...lost.map(remove), ...event.objects.flatMap(set)]
    },
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}
