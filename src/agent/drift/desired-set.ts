import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'

/** What an application was last synced to, by id. Objects are made anew as they are asked for: compare them by value. */
export interface DesiredSet {
  has(id: ObjectId): boolean
  get(id: ObjectId): DesiredObject | undefined
  keys(): Iterable<ObjectId>
  values(): Iterable<DesiredObject>
}

/** Unpacked together: few enough for one to be got at quickly, enough for what they share to be kept once. */
const chunkSize = 64

/**
 * Thousands of objects that are hardly ever looked at, kept in a tenth of the memory that they take as objects. What was unpacked
 * stays for as long as the garbage collector finds room for it.
 */
export function createDesiredSet(objects: readonly KubernetesObject[]): DesiredSet {
  const chunks = Array.from({ length: Math.ceil(objects.length / chunkSize) }, (_, at) =>
    createChunk(objects.slice(at * chunkSize, (at + 1) * chunkSize)),
  )
  const places = new Map(objects.map((object, at) => [objectIdOf(object), at]))
  const at = (place: number) => chunks[Math.floor(place / chunkSize)]?.objects()[place % chunkSize]
  return {
    has: id => places.has(id),
    get(id) {
      const place = places.get(id)
      const object = place === undefined ? undefined : at(place)
      return object && { id, object, source: null }
    },
    keys: () => places.keys(),
    *values() {
      for (const [id, place] of places) {
        const object = at(place)
        if (object) yield { id, object, source: null }
      }
    },
  }
}

interface Chunk {
  objects(): readonly KubernetesObject[]
}

function createChunk(objects: readonly KubernetesObject[]): Chunk {
  const packed = deflateRawSync(JSON.stringify(objects), { level: 3 })
  let unpacked = new WeakRef<readonly KubernetesObject[]>([])
  return {
    objects() {
      const known = unpacked.deref()
      if (known && known.length > 0) return known
      const made = JSON.parse(inflateRawSync(packed).toString()) as readonly KubernetesObject[]
      unpacked = new WeakRef(made)
      return made
    },
  }
}
