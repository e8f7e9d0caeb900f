import { closest } from '../closest.ts'
import { count } from '../../model/phrase.ts'
import type { CheckContext, Finding } from './finding.ts'
import { resolved, type Schema } from './schema.ts'
import { formatFieldPath, isMap, type Path } from './words.ts'

/** What a schema demands of a value of the right type. */
export function constraintFindings(
  value: unknown,
  schema: Schema,
  path: Path,
  context: CheckContext,
): readonly Finding[] {
  const name = formatFieldPath(path)
  const wrong = (message: string | false, hint: string | null = null): readonly Finding[] =>
    message === false ? [] : [{ code: 'invalid-value', path, message: `${name} ${message}`, hint }]
  if (schema.enum && !schema.enum.includes(value)) {
    return [enumFinding(value, schema.enum, path, context)]
  }
  return [
    ...(typeof value === 'string' ? wrong(textFlaw(value, schema), textHint(schema)) : []),
    ...(typeof value === 'number' ? wrong(numberFlaw(value, schema)) : []),
    ...(Array.isArray(value) ? wrong(lengthFlaw(value.length, schema, context)) : []),
    ...alternativeFindings(value, schema, path, context),
  ]
}

const mostListed = 8

function enumFinding(
  value: unknown,
  allowed: readonly unknown[],
  path: Path,
  { secret }: CheckContext,
): Finding {
  const texts = allowed.filter(it => it !== null && it !== '').map(String)
  const near = typeof value === 'string' ? closest(value, texts) : null
  const shown = typeof value === 'string' && value.length <= 40 && !secret ? `"${value}"` : 'something else'
  const listed =
    texts.length <= mostListed
      ? texts.map(it => `"${it}"`).join(texts.length === 2 ? ' or ' : ', ')
      : `one of ${texts.length} values`
  const words = texts.length > 2 && texts.length <= mostListed ? `one of ${listed}` : listed
  return {
    code: 'invalid-value',
    path,
    message: `${formatFieldPath(path)} must be ${words}, but is ${shown}`,
    hint: near === null ? null : `did you mean "${near}"?`,
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function textFlaw(value: string, { format, pattern, minLength, maxLength }: Schema): string | false {
  if (format === 'byte' && !base64.test(value.replace(/[\r\n]/g, ''))) return 'is not base64'
  const length = Array.from(value).length
  if (minLength !== undefined && length < minLength) {
    return minLength === 1 ? 'must not be empty' : `must have at least ${count(minLength, 'character')}`
  }
  if (maxLength !== undefined && length > maxLength) {
    return `must have at most ${count(maxLength, 'character')}, but has ${length}`
  }
  return pattern !== undefined && fitsPattern(value, pattern) === false && `does not match ${pattern}`
}

function textHint({ format }: Schema): string | null {
  return format === 'byte' ? 'plain text goes under stringData, or encode it with base64' : null
}

/** Longest text that a pattern of somebody else is run on: patterns can be written to take forever. */
const longestMatched = 500

/** Null when it cannot be told: the pattern is written for Go, and most of them mean the same here. */
function fitsPattern(value: string, pattern: string): boolean | null {
  if (
    value.length > longestMatched ||
    pattern.length > longestMatched ||
    /\([^)]*[+*][^)]*\)[+*]/.test(pattern)
  )
    return null
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    // Go's dialect has what this one has not; the API server decides.
    return null
  }
}

function numberFlaw(value: number, { format, minimum, maximum }: Schema): string | false {
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`
  return format === 'int32' && Math.abs(value) > 2 ** 31 - 1 && 'is larger than 32 bits can hold'
}

function lengthFlaw(
  length: number,
  { minItems, maxItems }: Schema,
  { partial }: CheckContext,
): string | false {
  if (minItems !== undefined && length < minItems && !partial) {
    return minItems === 1 ? 'must not be empty' : `must have at least ${count(minItems, 'item')}`
  }
  return maxItems !== undefined && length > maxItems && `must have at most ${count(maxItems, 'item')}`
}

/** Alternatives of custom kinds only add to what the schema itself says, most often which fields go together. */
function alternativeFindings(
  value: unknown,
  schema: Schema,
  path: Path,
  context: CheckContext,
): readonly Finding[] {
  if (context.partial) return []
  const all = (schema.allOf ?? []).flatMap(it => additions(value, it, path, context))
  const fits = (alternatives: readonly Schema[]) =>
    alternatives.filter(it => additions(value, it, path, context).length === 0).length
  const { anyOf, oneOf } = schema
  const lacking = [anyOf, oneOf].find(it => it && it.length > 0 && fits(it) === 0)
  if (!lacking) return all
  const fields = lacking.flatMap(it => (it.required ? [it.required.join(' and ')] : []))
  const message =
    fields.length === lacking.length
      ? `needs ${fields.join(', or ')}`
      : `fits none of the ${lacking.length} forms that are allowed here`
  return [...all, { code: 'invalid-value', path, message: `${formatFieldPath(path)} ${message}`, hint: null }]
}

function additions(value: unknown, given: Schema, path: Path, context: CheckContext): readonly Finding[] {
  const schema = resolved(given, context.components)
  const missing = isMap(value)
    ? (schema.required ?? [])
        .filter(name => value[name] === undefined)
        .map(name => ({
          code: 'missing-field' as const,
          path: [...path, name],
          message: `${formatFieldPath([...path, name])} is missing`,
          hint: null,
        }))
    : []
  const inner = isMap(value)
    ? Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
        value[name] === undefined ? [] : additions(value[name], property, [...path, name], context),
      )
    : []
  return [...missing, ...constraintFindings(value, schema, path, context), ...inner]
}
