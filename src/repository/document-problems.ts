import { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import { closest, didYouMean } from './closest.ts'
import type { YamlDocument } from './yaml-document.ts'

/** Parses one document's value; every issue becomes a problem with its own place and plain words. */
export function checkDocument<Schema extends z.ZodType>(
  schema: Schema,
  document: YamlDocument,
  file: string,
  code: string,
): { readonly data: z.output<Schema> } | { readonly problems: readonly Problem[] } {
  const result = schema.safeParse(document.value)
  if (result.success) return { data: result.data }
  const problems = result.error.issues.flatMap(issue => problemsOf(issue, { schema, document, file, code }))
  return { problems }
}

interface Context {
  readonly schema: z.ZodType
  readonly document: YamlDocument
  readonly file: string
  readonly code: string
}

function problemsOf(issue: z.core.$ZodIssue, context: Context): readonly Problem[] {
  const { document, file, code } = context
  const at = (path: readonly PropertyKey[], message: string, hint: string | null): Problem => ({
    code,
    message,
    location: { file, ...document.positionOf(path) },
    hint,
  })
  const name = formatPath(issue.path)
  const given = valueAt(document.value, issue.path)
  // Values of a chart may be meant for a Secret.
  const shown = issue.path.includes('helm') ? kindOf(given) : describe(given)
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- zod's own words do for the other codes
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeys(context.schema, issue.path)
      return issue.keys.map(key =>
        at([...issue.path, key], `unknown key ${formatPath([...issue.path, key])}`, didYouMean(key, known)),
      )
    }
    case 'invalid_type':
      return given === undefined
        ? [at(issue.path, `${name} is missing`, null)]
        : [at(issue.path, `${name} must be ${article(issue.expected)}, but is ${shown}`, null)]
    case 'invalid_value': {
      const values = issue.values.map(String)
      const near = typeof given === 'string' ? closest(given, values) : null
      const hint = near === null ? null : `did you mean "${near}"?`
      const what = given === undefined ? 'is missing' : `is ${describe(given)}`
      return [
        at(issue.path, `${name} must be ${values.map(it => `"${it}"`).join(' or ')}, but ${what}`, hint),
      ]
    }
    default:
      return [at(issue.path, `${name}: ${issue.message}`, null)]
  }
}

/** `spec.sources[1].path`; the document itself when empty. */
export function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the document'
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, part) =>
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  )
}

/** Never the value itself when it could be long or private; only short scalars are quoted. */
function describe(value: unknown): string {
  if (typeof value === 'string' && value.length <= 40) return `"${value}"`
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return kinds[typeof value] ?? typeof value
}

const kinds: Readonly<Record<string, string>> = {
  object: 'a map',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
}

const articles: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

function article(expected: string): string {
  return articles[expected] ?? expected
}

/** As much of a JSON Schema as it takes to find the fields of a place. */
export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
}

export function schemaNodeOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as SchemaNode
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let node: SchemaNode | undefined = schemaNodeOf(schema)
  for (const part of path) node = typeof part === 'number' ? node?.items : node?.properties?.[String(part)]
  return Object.keys(node?.properties ?? {})
}
