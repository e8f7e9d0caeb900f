import type { FieldIgnore } from '../model/plan.ts'
import { applicationLabel } from '../model/fields.ts'
import { parseJqPath } from './jq-path.ts'
import { isJsonObject } from './json.ts'
import { keyDefault } from './merge-keys.ts'
import { formatPointer } from './pointer.ts'
import { parseStepValue, type Steps } from './steps.ts'

/**
 * What `ignoreDifferences` would say to ignore just this place: a JSON pointer, or a path of jq that names items of lists by their
 * keys, for a position is another item's tomorrow. Null when nothing that is understood says it, or when it is our own mark.
 */
export function narrowestIgnore(steps: Steps): FieldIgnore | null {
  if (steps.length === 0 || steps.at(-1) === `f:${applicationLabel}`) return null
  const tokens = steps.map(pointerToken)
  if (tokens.every(it => it !== null)) return { kind: 'json-pointer', expression: formatPointer(tokens) }
  const parts = steps.map(jqPart)
  if (!parts.every(it => it !== null)) return null
  const expression = joined(parts)
  return parseJqPath(expression) ? { kind: 'jq-path', expression } : null
}

function pointerToken(step: string): string | null {
  return step.startsWith('f:') || step.startsWith('i:') ? step.slice(2) : null
}

/** A part after which jq's path begins anew, or goes on. */
interface JqPart {
  readonly text: string
  readonly isCondition: boolean
}

function jqPart(step: string): JqPart | null {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return { text: fieldPart(rest), isCondition: false }
  if (step.startsWith('i:')) return { text: `[${rest}]`, isCondition: false }
  const key = step.startsWith('k:') ? parseStepValue(rest) : undefined
  if (!isJsonObject(key)) return null
  const conditions = Object.entries(key).map(([name, value]) => conditionOn(name, value))
  return { text: conditions.join(' and '), isCondition: true }
}

/** An item that leaves a key out which has a default is the same item. */
function conditionOn(name: string, value: unknown): string {
  const path = fieldPart(name)
  const is = `${path} == ${JSON.stringify(value)}`
  return keyDefault(name) === value ? `(${is} or ${path} == null)` : is
}

function fieldPart(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name)
    ? `.${name}`
    : `.[${JSON.stringify(name)}]`
}

/** Some readers take them for words of the language even after a dot. */
const reserved: ReadonlySet<string> = new Set(
  'and as catch def elif else end foreach if import include label not or reduce then try __loc__'.split(' '),
)

/** `.spec.containers[] | select(.name == "app") | .image` */
function joined(parts: readonly JqPart[]): string {
  let expression = ''
  let isAfterCondition = false
  for (const { text, isCondition } of parts) {
    if (isCondition) expression += `[] | select(${text})`
    else if (isAfterCondition) expression += ` | ${text}`
    // `.["a"]["b"]`, for a dot between brackets is not every reader's.
    else expression += expression !== '' && text.startsWith('.[') ? text.slice(1) : text
    isAfterCondition = isCondition
  }
  return expression
}
