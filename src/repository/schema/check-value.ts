import { closest, didYouMean } from '../closest.ts'
import { constraintFindings } from './constraints.ts'
import { placeOfField } from './find-field.ts'
import type { CheckContext, Finding } from './finding.ts'
import { listFindings } from './lists.ts'
import { quantityFinding } from './quantity.ts'
import { objectMeta, quantity, referenceOf, resolved, type Schema } from './schema.ts'
import { formatFieldPath, isMap, kindOfValue, type Path, typeWord } from './words.ts'

/**
 * Everything that is wrong with a value, by its schema. A walker of our own rather than a JSON Schema library: Kubernetes' schemas
 * are a small structural part with extensions that such libraries do not know (int-or-string, quantities, keys of lists), and
 * what is told needs the field's place, its neighbours' names and the reason in plain words more than it needs generality.
 */
export function checkObject(value: unknown, root: string, context: CheckContext): readonly Finding[] {
  const walk: Walk = { ...context, root }
  return check(value, { $ref: root }, [], walk)
}

interface Walk extends CheckContext {
  readonly root: string
}

/** Deeper than any schema of a kind; JSON schemas inside of definitions refer to themselves. */
const deepest = 200

function check(value: unknown, given: Schema, path: Path, walk: Walk): readonly Finding[] {
  // Null is how YAML says "not set", and patches say "take away".
  if (value === null || value === undefined || path.length > deepest) return []
  if (referenceOf(given) === quantity) return quantityFinding(value, path, walk)
  const schema = resolved(given, walk.components)
  if (isIntOrString(schema)) return intOrStringFindings(value, path)
  const wrong = typeFinding(value, schema, path)
  if (wrong) return [wrong]
  const own = constraintFindings(value, schema, path, walk)
  if (Array.isArray(value)) {
    const { items } = schema
    const inner = items ? value.flatMap((item, at) => check(item, items, [...path, at], walk)) : []
    return [...own, ...listFindings(value, schema, path, walk), ...inner]
  }
  return isMap(value) ? [...own, ...checkMap(value, schema, path, walk)] : own
}

function checkMap(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: Path,
  walk: Walk,
): readonly Finding[] {
  const { properties = {}, additionalProperties } = schema
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    additionalProperties === true ||
    // A schema that says nothing of fields takes any, as that of a free-form value does.
    (!schema.properties && additionalProperties === undefined)
  const missing = walk.partial ? [] : missingFindings(value, schema, path, walk)
  const inner = Object.entries(value).flatMap(([name, item]) => {
    const property = propertyOf(schema, name)
    if (property) return isLeftToServer(name, path) ? [] : check(item, property, [...path, name], walk)
    if (typeof additionalProperties === 'object') {
      return check(item, additionalProperties, [...path, name], walk)
    }
    if (isOpen || (walk.partial && name.startsWith('$'))) return []
    return [unknownField(name, Object.keys(properties), path, walk)]
  })
  return [...missing, ...inner]
}

function propertyOf(schema: Schema, name: string): Schema | null {
  const { properties } = schema
  if (properties && Object.hasOwn(properties, name)) return properties[name] ?? null
  // Schemas of custom kinds need not name what every object has.
  if (schema['x-kubernetes-embedded-resource']) {
    if (name === 'metadata') return { $ref: objectMeta }
    if (name === 'apiVersion' || name === 'kind') return { type: 'string' }
  }
  return null
}

/** The status is the server's: it is dropped, whatever it says. */
function isLeftToServer(name: string, path: Path): boolean {
  return path.length === 0 && name === 'status'
}

function missingFindings(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: Path,
  walk: Walk,
): readonly Finding[] {
  const isGiven = (name: string) =>
    (value[name] !== undefined && value[name] !== null) ||
    hasDefault(schema.properties?.[name], walk) ||
    isLeftToServer(name, path)
  return (schema.required ?? [])
    .filter(name => !isGiven(name))
    .map(name => ({
      code: 'missing-field',
      path: [...path, name],
      message: `${formatFieldPath([...path, name])} is missing`,
      hint: null,
    }))
}

/** A field with a default need not be written. Built-in kinds give Go's zero as the default of what has none. */
function hasDefault(property: Schema | undefined, { root }: Walk): boolean {
  const value = property?.default
  return value !== undefined && !(root.startsWith('io.k8s.') && (value === '' || value === 0))
}

function unknownField(name: string, known: readonly string[], path: Path, walk: Walk): Finding {
  // A slip, or a field that stands at the wrong place, or else whatever is nearest.
  const slip = closest(name, known, 2)
  const place = slip === null ? placeOfField(name, path, walk) : null
  return {
    code: 'unknown-field',
    path: [...path, name],
    message: `unknown field ${formatFieldPath([...path, name])}`,
    hint: place ?? didYouMean(name, known),
  }
}

function typeFinding(value: unknown, schema: Schema, path: Path): Finding | null {
  const expected = schema.type ?? (schema.properties || schema.additionalProperties ? 'object' : undefined)
  if (expected === undefined || fits(value, expected)) return null
  return {
    code: 'wrong-type',
    path,
    message: `${formatFieldPath(path)} must be ${typeWord(expected)}, but is ${kindOfValue(value)}`,
    hint: typeHint(value, expected, path),
  }
}

function fits(value: unknown, expected: string): boolean {
  switch (expected) {
    case 'object':
      return isMap(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === expected
  }
}

function typeHint(value: unknown, expected: string, path: Path): string | null {
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return 'put it in quotes'
  }
  if (expected === 'array' && (isMap(value) || typeof value === 'string')) {
    return `begin each item of ${String(path.at(-1))} with a dash`
  }
  if (expected === 'object' && Array.isArray(value)) return 'write fields without dashes'
  if (typeof value !== 'string') return null
  const isNumber = (expected === 'integer' || expected === 'number') && /^-?\d+$/.test(value)
  return isNumber || (expected === 'boolean' && /^(true|false)$/.test(value)) ? 'remove the quotes' : null
}

function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string'
}

function intOrStringFindings(value: unknown, path: Path): readonly Finding[] {
  if (Number.isInteger(value) || typeof value === 'string') return []
  const message = `${formatFieldPath(path)} must be a whole number or a text, but is ${kindOfValue(value)}`
  const hint = typeof value === 'number' ? 'put it in quotes' : null
  return [{ code: 'wrong-type', path, message, hint }]
}
