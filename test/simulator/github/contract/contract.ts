import { readFile } from 'node:fs/promises'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { CompactDescription, Operation } from '../../../../tools/openapi/compact.ts'

/** Something that does not fit GitHub's published description. */
export interface Violation {
  readonly kind: 'route' | 'request' | 'response' | 'webhook'
  /** The operationId, the webhook's `event.action`, or the method and path of an unknown route. */
  readonly subject: string
  readonly problems: readonly string[]
}

export interface RequestParts {
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Route {
  readonly operation: string
  readonly method: string
  /** As in the description: `/repos/{owner}/{repo}`. */
  readonly template: string
  readonly path: Readonly<Record<string, string>>
}

export interface Contract {
  readonly source: string
  readonly operations: readonly string[]
  readonly violations: Violation[]
  /** The names of the properties that the description gives a component. */
  readonly propertiesOf: (component: string) => readonly string[]
  readonly route: (method: string, path: string) => Route | undefined
  /** The problems with a request, recorded as a violation; with the parameters coerced to their types. */
  readonly checkRequest: (operation: string, parts: RequestParts) => CheckedRequest
  readonly checkResponse: (operation: string, status: number, body: unknown) => void
  readonly checkWebhook: (event: string, action: string | undefined, payload: unknown) => void
}

export interface CheckedRequest {
  /** What GitHub would refuse. */
  readonly problems: readonly string[]
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
}

const extraction = new URL('../../openapi/github.json', import.meta.url)

/** Answers that any operation may give, whether or not the description lists them. */
const generalStatuses = new Set([401, 403, 404, 422, 429, 500, 502, 503])

/** Read and compiled once for the process: it is the same for every simulator, and takes a while. */
let loaded: ReturnType<typeof load> | undefined

async function load() {
  const description = JSON.parse(await readFile(extraction, 'utf8')) as CompactDescription
  return { description, compile: createCompiler(description), routes: compileRoutes(description) }
}

export async function loadContract(): Promise<Contract> {
  loaded ??= load()
  const { description, compile, routes } = await loaded
  const violations: Violation[] = []

  const record = (kind: Violation['kind'], subject: string, problems: readonly string[]): void => {
    if (problems.length > 0) violations.push({ kind, subject, problems })
  }

  return {
    source: `${description.source.package}@${description.source.version}`,
    operations: Object.keys(description.operations),
    violations,
    propertiesOf: name => Object.keys(description.components[name]?.['properties'] ?? {}),
    route: (method, path) => {
      for (const route of routes) {
        const match = route.method === method ? route.pattern.exec(path) : null
        if (match) return { ...route, path: decoded(match.groups ?? {}) }
      }
      record('route', `${method} ${path}`, ['no operation in the extraction has this route'])
      return undefined
    },
    checkRequest: (id, parts) => {
      const operation = description.operations[id]!
      const path = { ...parts.path }
      const query = { ...parts.query }
      const problems = [
        ...compile(`${id} path`, () => parameterSchema(operation, 'path'), true)(path),
        ...compile(`${id} query`, () => parameterSchema(operation, 'query'), true)(query),
        ...bodyProblems(operation, parts.body, schema =>
          compile(`${id} body`, () => schema, false)(parts.body),
        ),
      ]
      record('request', id, [...problems, ...unknownNames(operation, parts)])
      return { problems, path, query }
    },
    checkResponse: (id, status, body) => {
      const schema = description.operations[id]!.responses[String(status)]
      if (schema === undefined) {
        const known = generalStatuses.has(status) || status === 304
        return record('response', id, known ? [] : [`the description has no answer ${status}`])
      }
      // Of failures without a schema the description gives only the status.
      if (schema === null) {
        return record('response', id, body === undefined || status >= 400 ? [] : [`${status} has no body`])
      }
      record('response', id, compile(`${id} ${status}`, () => schema, false)(body))
    },
    checkWebhook: (event, action, payload) => {
      const name = [event, action].filter(Boolean).join('-').replaceAll('_', '-')
      const schema = description.webhooks[name]
      if (schema === undefined) return record('webhook', name, ['the extraction has no such webhook'])
      record('webhook', name, compile(`webhook ${name}`, () => schema, false)(payload))
    },
  }
}

type Check = (value: unknown) => readonly string[]

/** Compiles each schema once, when it is first needed. */
function createCompiler(description: CompactDescription) {
  // Compiling quickly counts for more than validating quickly: each schema is used a few times.
  const speed = { inlineRefs: false, code: { optimize: false } }
  const options = { strict: false, allErrors: true, validateFormats: true, logger: false, ...speed } as const
  const ajvs = { plain: new Ajv2020(options), coercing: new Ajv2020({ ...options, coerceTypes: true }) }
  for (const ajv of Object.values(ajvs)) {
    addFormats.default(ajv)
    // A label or a branch may hold characters that a strict URI would encode, and no URL at all is ''.
    ajv.addFormat('uri', /^$|^[a-z][a-z0-9+.-]*:\S*$/i)
    ajv.addFormat('uri-template', true)
    // GitHub's own accounts of apps have brackets in their addresses.
    ajv.addFormat('email', /^\S+@\S+$/)
    ajv.addSchema({ $id: 'github', components: description.components }, 'github')
  }
  const compiled = new Map<string, ValidateFunction>()
  return (key: string, schema: () => unknown, coerce: boolean): Check => {
    const validate = compiled.get(key) ?? ajvs[coerce ? 'coercing' : 'plain'].compile(rooted(schema()))
    compiled.set(key, validate)
    return value => (validate(value) ? [] : problemsOf(validate))
  }
}

/** References name the components of the one document that Ajv knows. */
function rooted(schema: unknown): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/')) as object
}

const problemsOf = (validate: ValidateFunction): readonly string[] =>
  (validate.errors ?? []).slice(0, 20).map(error => {
    const detail = error.params['additionalProperty'] ?? error.params['allowedValues']
    return `${error.instancePath || '/'} ${error.message}${detail === undefined ? '' : `: ${JSON.stringify(detail)}`}`
  })

function parameterSchema(operation: Operation, place: 'path' | 'query'): object {
  const parameters = operation.parameters.filter(parameter => parameter.in === place)
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(parameter => [parameter.name, parameter.schema])),
    required: parameters.filter(parameter => parameter.required).map(parameter => parameter.name),
  }
}

function bodyProblems(operation: Operation, body: unknown, check: (schema: unknown) => readonly string[]) {
  if (!operation.body) return []
  if (body === undefined) return operation.body.required ? ['a body is required'] : []
  return check(operation.body.schema)
}

/** Names that GitHub ignores in silence: surely a slip of the caller, so recorded, though not refused. */
function unknownNames(operation: Operation, parts: RequestParts): string[] {
  const known = new Set(operation.parameters.filter(one => one.in === 'query').map(one => one.name))
  const query = Object.keys(parts.query).filter(name => !known.has(name))
  const schema = operation.body?.schema as { properties?: object; anyOf?: unknown } | undefined
  const fields = schema?.properties && !schema.anyOf && isObject(parts.body) ? Object.keys(parts.body) : []
  const body = fields.filter(name => !(name in (schema?.properties ?? {})))
  return [
    ...query.map(name => `the query parameter ${name} is unknown to GitHub`),
    ...body.map(name => `the body's ${name} is unknown to GitHub`),
  ]
}

const isObject = (value: unknown): value is object =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Parameters whose value may hold slashes even when the client does not encode them. */
const greedy = new Set(['ref', 'path', 'branch', 'basehead'])

function compileRoutes(description: CompactDescription) {
  return Object.entries(description.operations)
    .map(([operation, { method, path: template }]) => {
      const source = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        greedy.has(name) ? `(?<${name}>.+?)` : `(?<${name}>[^/]+)`,
      )
      return { operation, method, template, pattern: new RegExp(`^${source}/?$`) }
    })
    .sort((a, b) => literals(b.template) - literals(a.template))
}

const literals = (template: string): number =>
  template.split('/').filter(segment => segment !== '' && !segment.startsWith('{')).length

const decoded = (groups: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
