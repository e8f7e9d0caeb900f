import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { schemas, schemaText } from '../../tools/schema/generate.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(root, path), 'utf8')

describe.each(Object.keys(schemas))('docs/schema/%s', name => {
  test('is what `npm run generate` writes from the code', async () => {
    expect(await read(`docs/schema/${name}`)).toBe(schemaText(schemas[name]!))
  })

  test('describes every field', () => {
    expect(undescribed(schemas[name]!, '')).toEqual([])
  })
})

const guestbook = 'examples/guestbook'

test.each([
  { schema: 'plumbline.schema.json', file: `${guestbook}/.plumbline.yaml` },
  { schema: 'application.schema.json', file: `${guestbook}/deploy/applications/guestbook-dev.yaml` },
  { schema: 'application.schema.json', file: `${guestbook}/deploy/applications/guestbook-prod.yaml` },
])('$file fits $schema', async ({ schema, file }) => {
  expect(problems(schema, parse(await read(file)))).toEqual([])
})

const application = { apiVersion: 'plumbline.dev/v1alpha1', kind: 'Application', metadata: { name: 'shop' } }
const source = { repoURL: '.', path: 'shop' }

test.each([
  { schema: 'plumbline.schema.json', document: { version: 1, application: [] }, place: '' },
  { schema: 'plumbline.schema.json', document: { version: 2 }, place: '/version' },
  {
    schema: 'plumbline.schema.json',
    document: { version: 1, drift: { issue: 'no' } },
    place: '/drift/issue',
  },
  {
    schema: 'application.schema.json',
    document: { ...application, spec: { destination: { name: 'dev' } } },
    place: '/spec',
  },
  {
    schema: 'application.schema.json',
    document: { ...application, spec: { source, destination: { name: 'dev', server: 'https://dev' } } },
    place: '/spec/destination',
  },
  {
    schema: 'application.schema.json',
    document: { ...application, metadata: { name: 'Shop' }, spec: { source, destination: { name: 'dev' } } },
    place: '/metadata/name',
  },
])('$schema refuses what is wrong at "$place"', ({ schema, document, place }) => {
  expect(problems(schema, document)).toContain(place)
})

/** Where a document does not fit, as JSON pointers. */
function problems(schema: string, document: unknown): readonly string[] {
  const validate = new Ajv({ strict: false, allErrors: true, formats: { 'date-time': true } }).compile(
    schemas[schema]!,
  )
  return validate(document) ? [] : (validate.errors ?? []).map(it => it.instancePath)
}

interface Node {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

/** What needs no words: a document's frame, and the parts of a list's small items. */
const plain = /^\/(apiVersion|kind|metadata|spec|metadata\/name)$|\/(replicas|parameters)\/\w+$/

function undescribed(node: Node, place: string): readonly string[] {
  const below = [
    ...Object.entries(node.properties ?? {}).map(([name, it]) => [`${place}/${name}`, it] as const),
    ...[...(node.items ? [node.items] : []), ...(node.anyOf ?? [])].map(it => [place, it] as const),
  ]
  return below.flatMap(([path, it]) => [
    ...(path === place || it.description || plain.test(path) ? [] : [path]),
    ...undescribed(it, path),
  ])
}
