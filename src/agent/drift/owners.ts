import type { ObjectId } from '../../model/identity.ts'

/** Who has which object, so that an event costs the same with one application as with a thousand. */
export interface Owners<T> {
  /** Takes the place of what was said of this owner before. */
  set(owner: T, ids: Iterable<ObjectId>): void
  remove(owner: T): void
  /** Most often one; two while an object moves. */
  of(id: ObjectId): readonly T[]
}

export function createOwners<T>(): Owners<T> {
  const first = new Map<ObjectId, T>()
  const further = new Map<ObjectId, T[]>()
  const known = new Map<T, readonly ObjectId[]>()

  function drop(owner: T, id: ObjectId): void {
    const others = (further.get(id) ?? []).filter(it => it !== owner)
    if (first.get(id) === owner) {
      const [next, ...rest] = others
      if (next === undefined) first.delete(id)
      else first.set(id, next)
      keep(id, rest)
    } else keep(id, others)
  }

  function keep(id: ObjectId, others: T[]): void {
    if (others.length === 0) further.delete(id)
    else further.set(id, others)
  }

  function remove(owner: T): void {
    for (const id of known.get(owner) ?? []) drop(owner, id)
    known.delete(owner)
  }

  return {
    remove,
    set(owner, ids) {
      remove(owner)
      const all = [...ids]
      known.set(owner, all)
      for (const id of all) {
        if (first.has(id)) further.set(id, [...(further.get(id) ?? []), owner])
        else first.set(id, owner)
      }
    },
    of(id) {
      const one = first.get(id)
      return one === undefined ? [] : [one, ...(further.get(id) ?? [])]
    },
  }
}
