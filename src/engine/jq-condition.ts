import { isJsonObject, sameJson } from './json.ts'

/** What `select(...)` asks of a value. */
export type JqCondition =
  | {
      readonly kind: 'compare'
      readonly path: readonly string[]
      readonly equal: boolean
      readonly to: unknown
    }
  | {
      readonly kind: 'text'
      readonly path: readonly string[]
      readonly test: JqTextTest
      readonly text: string
    }
  | { readonly kind: 'has'; readonly path: readonly string[]; readonly name: string }
  | { readonly kind: 'true'; readonly path: readonly string[] }
  | { readonly kind: 'not'; readonly condition: JqCondition }
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly JqCondition[] }

export type JqTextTest = 'startswith' | 'endswith' | 'contains'

/** Whether a value fulfils it. Where jq would fail (a text is asked of what is none), it does not. */
export function isFulfilled(condition: JqCondition, value: unknown): boolean {
  switch (condition.kind) {
    case 'compare':
      return sameJson(at(value, condition.path), condition.to) === condition.equal
    case 'text': {
      const found = at(value, condition.path)
      return typeof found === 'string' && textTests[condition.test](found, condition.text)
    }
    case 'has': {
      const found = at(value, condition.path)
      return isJsonObject(found) && Object.hasOwn(found, condition.name)
    }
    case 'true':
      return ![null, false].includes(at(value, condition.path) as null)
    case 'not':
      return !isFulfilled(condition.condition, value)
    case 'and':
      return condition.conditions.every(it => isFulfilled(it, value))
    case 'or':
      return condition.conditions.some(it => isFulfilled(it, value))
  }
}

const textTests: Readonly<Record<JqTextTest, (found: string, text: string) => boolean>> = {
  startswith: (found, text) => found.startsWith(text),
  endswith: (found, text) => found.endsWith(text),
  contains: (found, text) => found.includes(text),
}

/** Missing fields are null, as in jq. */
function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, name) => (isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : null),
    value,
  )
}
