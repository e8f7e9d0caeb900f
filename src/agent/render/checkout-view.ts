import { createBoundedMemory } from '../../repository/bounded-memory.ts'
import { entriesBelow, type EntriesBelow, type Found, lookUp } from './inside.ts'
import type { RenderLimits } from './renderer.ts'

/**
 * One checkout as renders look into it. Many applications of one repository read the same bases: where the content has a name, what one
 * render saw the others do not look up again.
 */
export interface CheckoutView {
  /** A real path. */
  readonly root: string
  /** As {@link lookUp}, of a path relative to the root. */
  lookUp(path: string): Promise<Found>
  /** As {@link entriesBelow}. */
  entriesBelow(folder: string, limits: RenderLimits): Promise<EntriesBelow>
  /** What `read` returned the first time. `key` names it in this checkout; `bytes` is about what it takes to remember. */
  once<T extends object>(key: string, read: () => Promise<T>, bytes: (value: T) => number): Promise<T>
}

const mostRememberedBytes = 32 * 1024 ** 2
const bytesOfEntry = 100

/** Opens checkouts. `contentKey` names their content, null stands for one that may change, of which nothing is remembered. */
export function createCheckoutViews(): (root: string, contentKey: string | null) => CheckoutView {
  const memory = createBoundedMemory<object>(mostRememberedBytes)

  return (root, contentKey) => {
    const once: CheckoutView['once'] = async (key, read, bytes) => {
      if (contentKey === null) return read()
      const full = `${contentKey}\n${root}\n${key}`
      // Of a key there is one kind of value.
      const known = memory.get(full) as Awaited<ReturnType<typeof read>> | undefined
      if (known) return known
      const value = await read()
      memory.set(full, value, full.length + bytes(value))
      return value
    }
    return {
      root,
      lookUp: path =>
        once(
          `path ${path}`,
          () => lookUp(root, path),
          () => bytesOfEntry,
        ),
      entriesBelow: (folder, limits) =>
        once(
          `entries ${folder}`,
          () => entriesBelow(root, folder, limits),
          ({ entries }) => bytesOfEntry * (entries.length + 1),
        ),
      once,
    }
  }
}
