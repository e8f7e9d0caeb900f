/** Keys and indexes from the object down to a field. */
export type Path = readonly (string | number)[]

/** `spec.template.spec.containers[0].image`; keys that are no words in brackets. */
export function formatFieldPath(path: Path): string {
  if (path.length === 0) return 'the object'
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[A-Za-z_$][\w-]*$/.test(part)) return `[${JSON.stringify(part)}]`
      return at === 0 ? part : `.${part}`
    })
    .join('')
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

export function typeWord(type: string): string {
  return typeWords[type] ?? type
}

/** What a value is, never the value itself: it may be private. */
export function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a number with a fraction'
  return typeWord(typeof value)
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
