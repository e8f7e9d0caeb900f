import { isFulfilled } from './jq-condition.ts'
import { type JqStep, parseJq } from './jq-parser.ts'
import { isJsonObject } from './json.ts'

export interface JqPath {
  /** Tokens (as of a JSON pointer) of every place in the value that the path names. */
  find(value: unknown): readonly (readonly string[])[]
}

/**
 * Reads `.spec.template.spec.containers[] | select(.name == "app") | .image` and the like: fields, quoted fields, positions,
 * `[]`, several paths, and select by what a field is, begins or ends with, contains or has. Null when the expression uses more of jq
 * than that.
 */
export function parseJqPath(expression: string): JqPath | null {
  const paths = parseJq(expression)
  return paths && { find: value => paths.flatMap(steps => follow(value, steps, [])) }
}

function follow(
  value: unknown,
  steps: readonly JqStep[],
  tokens: readonly string[],
): readonly (readonly string[])[] {
  const [step, ...rest] = steps
  if (!step) return [tokens]
  switch (step.kind) {
    case 'field':
      if (!isJsonObject(value) || !Object.hasOwn(value, step.name)) return []
      return follow(value[step.name], rest, [...tokens, step.name])
    case 'index': {
      if (!Array.isArray(value)) return []
      const index = step.index < 0 ? value.length + step.index : step.index
      return index in value ? follow(value[index], rest, [...tokens, String(index)]) : []
    }
    case 'each':
      if (!Array.isArray(value) && !isJsonObject(value)) return []
      return Object.entries(value).flatMap(([name, item]) => follow(item, rest, [...tokens, name]))
    case 'select':
      return isFulfilled(step.condition, value) ? follow(value, rest, tokens) : []
  }
}
