import { type Components, resolved, type Schema } from './schema.ts'
import { formatFieldPath, type Path } from './words.ts'

const mostLooked = 3_000
const deepest = 9

/**
 * Where a field of this name would belong: most unknown fields are known ones at the wrong indentation. A hint such as
 * `it belongs under spec.template.spec.containers[]`, or null when no place is plainly the right one.
 */
export function placeOfField(
  name: string,
  written: Path,
  { components, root }: { readonly components: Components; readonly root: string },
): string | null {
  const here = written.map(plain)
  const ranked = parentsOf(name, { components, root })
    .map(path => ({ path, shared: shared(path, here), steps: path.length }))
    .sort((a, b) => b.shared - a.shared || a.steps - b.steps || textOf(a.path).length - textOf(b.path).length)
  const [best] = ranked
  if (!best || best.path.length === 0) return null
  // Names such as `name` are everywhere: no place is better than another.
  const asGood = ranked.filter(it => it.shared === best.shared && it.steps === best.steps)
  return asGood.length > mostPlaces ? null : `it belongs under ${textOf(best.path)}`
}

/** A pod has three lists of containers. */
const mostPlaces = 3

function textOf(place: Place): string {
  return formatFieldPath(place).replaceAll('[0]', '[]')
}

type Place = readonly (string | 0)[]

function plain(part: string | number): string | 0 {
  return typeof part === 'number' ? 0 : part
}

/** Paths of the maps that have such a field, nearest to the root first. */
function parentsOf(
  name: string,
  { components, root }: { readonly components: Components; readonly root: string },
): readonly Place[] {
  const found: Place[] = []
  let level: { readonly schema: Schema; readonly path: Place }[] = [{ schema: { $ref: root }, path: [] }]
  for (let depth = 0, looked = 0; depth < deepest && level.length > 0; depth++) {
    const next: typeof level = []
    for (const { schema: given, path } of level) {
      if (++looked > mostLooked) return found
      const schema = resolved(given, components)
      const properties = schema.properties ?? {}
      if (Object.hasOwn(properties, name)) found.push(path)
      for (const [key, child] of Object.entries(properties)) {
        if (path.length === 0 && (key === 'status' || key === 'metadata')) continue
        const inner = resolved(child, components)
        if (inner.properties) next.push({ schema: inner, path: [...path, key] })
        else if (inner.items) next.push({ schema: inner.items, path: [...path, key, 0] })
      }
    }
    level = next
  }
  return found
}

/** How many steps the two paths have in common, from the root. */
function shared(a: Place, b: Place): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  return at
}
