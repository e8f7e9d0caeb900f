import type { CheckContext, Finding } from './finding.ts'
import { resolved, type Schema } from './schema.ts'
import { formatFieldPath, isMap, type Path } from './words.ts'

/** Two items with the same keys: the API server refuses them in an apply, and nobody means them. */
export function listFindings(
  value: readonly unknown[],
  schema: Schema,
  path: Path,
  context: CheckContext,
): readonly Finding[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'map' && type !== 'set') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const item = resolved(schema.items ?? {}, context.components)
  const first = new Map<string, number>()
  return value.flatMap((entry, at) => {
    const id = type === 'set' ? idOfScalar(entry) : idOfEntry(entry, keys, item)
    if (id === null) return []
    const earlier = first.get(id)
    if (earlier === undefined) {
      first.set(id, at)
      return []
    }
    const same = type === 'set' ? 'the same value' : `the same ${keys.join(' and ')}`
    return [
      {
        code: 'duplicate-entry',
        path: [...path, at],
        message: `${formatFieldPath([...path, at])} has ${same} as ${formatFieldPath([...path.slice(-1), earlier])}`,
        hint: 'keep one of the two',
      },
    ]
  })
}

function idOfScalar(entry: unknown): string | null {
  return isMap(entry) || Array.isArray(entry) || entry === null ? null : JSON.stringify(entry)
}

function idOfEntry(entry: unknown, keys: readonly string[], item: Schema): string | null {
  if (!isMap(entry) || '$patch' in entry) return null
  const values = keys.map(key => entry[key] ?? item.properties?.[key]?.default)
  return values.includes(undefined) ? null : JSON.stringify(values)
}
