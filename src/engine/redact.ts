import { createHmac } from 'node:crypto'
import type { KubernetesObject } from '../model/object.ts'
import { isBase64, isSecret } from './fold-secret.ts'
import { listItem } from './flatten-lists.ts'
import { isJsonObject, type JsonObject, listAt, mapItems, mapProperties, mapTexts, textAt } from './json.ts'
import { withoutCopies } from './normalise.ts'
import { createReplacer, shortestText } from './replace-texts.ts'

/** Fields of a Secret that hold no content. Any other one is redacted, misspelt ones such as `stringdata` included. */
const openFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable'])

/** Fields of a Secret inside of another object that hold content. The rest may be a reference to a Secret, which has none. */
const contentFields: ReadonlySet<string> = new Set(['data', 'stringdata', 'binarydata'])

/**
 * An object that may leave the cluster: values of a Secret become `(redacted, hmac 1a2b3c4d)`, equal for equal values of one key of one
 * Secret; annotations that copy the whole object go. Other objects lose those annotations, and the content of Secrets that they
 * carry inside, as templates of operators do.
 */
export function redactObject(object: KubernetesObject, key: Uint8Array): KubernetesObject {
  const bare: KubernetesObject = isJsonObject(object.metadata)
    ? {
        ...object,
        metadata: withoutCopies(object.metadata),
      }
    : object
  if (Array.isArray(bare.items) && bare.kind.endsWith('List')) {
    const kind = bare.kind.slice(0, -'List'.length)
    const items = bare.items.map(item => redactObject(listItem(item, bare.apiVersion, kind), key))
    return { ...bare, items }
  }
  if (isSecret(bare)) return redactSecret(bare, key, name => openFields.has(name)) as KubernetesObject
  return redactInside(bare, key) as KubernetesObject
}

function redactSecret(
  secret: JsonObject,
  key: Uint8Array,
  isOpen: (field: string) => boolean,
): Readonly<Record<string, unknown>> {
  const namespace = textAt(secret, 'metadata', 'namespace') ?? ''
  const name = textAt(secret, 'metadata', 'name') ?? ''
  const fields = Object.entries(secret).map(([field, value]) => {
    if (isOpen(field)) return [field, value] as const
    const markOf = (entry: string, content: unknown) =>
      mark(bytesOf(content, field), { of: [namespace, name, entry], key })
    if (!isJsonObject(value)) return [field, isEmpty(value) ? value : markOf('', value)] as const
    const values = Object.entries(value).map(([entry, content]) => [entry, markOf(entry, content)])
    return [field, Object.fromEntries(values)] as const
  })
  return Object.fromEntries(fields)
}

/** The value itself where it carries no Secret. */
function redactInside(value: unknown, key: Uint8Array): unknown {
  if (Array.isArray(value)) return mapItems(value, item => redactInside(item, key))
  if (!isJsonObject(value)) return value
  if (isSecret(value)) {
    const { metadata, ...rest } = value
    const bare = isJsonObject(metadata) ? { ...rest, metadata: withoutCopies(metadata) } : value
    return redactSecret(bare, key, field => !contentFields.has(field.toLowerCase()))
  }
  return mapProperties(value, item => redactInside(item, key))
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined
}

/**
 * Bound to the place `of` the content: were it the same everywhere, whoever may have a plan made could write a Secret with a list of
 * guesses, and look for the digest of the one to be found out.
 */
function mark(
  content: Uint8Array,
  { of, key }: { readonly of: readonly string[]; readonly key: Uint8Array },
): string {
  const digest = createHmac('sha256', key)
    .update(JSON.stringify(of))
    .update('\n')
    .update(content)
    .digest('hex')
  return `(redacted, hmac ${digest.slice(0, 8)})`
}

/** The content's bytes, so that a value has one digest whether it is written in data or in stringData. */
function bytesOf(content: unknown, field: string): Uint8Array {
  if (typeof content !== 'string') return Buffer.from(JSON.stringify(content ?? null), 'utf8')
  return field === 'data' && isBase64(content) ? Buffer.from(content, 'base64') : Buffer.from(content, 'utf8')
}

/** The texts that the Secrets among and inside of `objects` hold: each value as plain text, and as written when it is not base64. */
export function secretValuesOf(objects: readonly unknown[]): ReadonlySet<string> {
  const values = new Set<string>()
  for (const object of objects) {
    const kind = textAt(object, 'kind') ?? ''
    if (kind.endsWith('List')) {
      const apiVersion = textAt(object, 'apiVersion') ?? ''
      const items = listAt(object, 'items').map(item =>
        listItem(item, apiVersion, kind.slice(0, -'List'.length)),
      )
      for (const value of secretValuesOf(items)) values.add(value)
    }
    if (isSecret(object) && isJsonObject(object)) collect(object, values, name => openFields.has(name))
    else collectInside(object, values)
  }
  return values
}

function collectInside(value: unknown, values: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectInside(item, values)
  if (!isJsonObject(value)) return
  if (isSecret(value)) collect(value, values, field => !contentFields.has(field.toLowerCase()))
  else for (const item of Object.values(value)) collectInside(item, values)
}

function collect(secret: JsonObject, values: Set<string>, isOpen: (field: string) => boolean): void {
  for (const [field, content] of Object.entries(secret)) {
    if (isOpen(field)) continue
    mapTexts(content, text => {
      const decoded = field === 'data' && isBase64(text) ? Buffer.from(text, 'base64').toString('utf8') : text
      values.add(decoded)
      // Bytes that are no text are looked for in base64 only.
      if (decoded.includes('\uFFFD')) values.add(text)
      return text
    })
  }
}

/** Lines of a value with several lines (a key, a configuration file) are looked for one by one from this length on. */
const shortestLine = 16

/**
 * Replaces every occurrence of the values in a text: as they are, in base64 (both alphabets), as quoted in JSON or Go, JSON in JSON
 * too, and URL-encoded. For error texts, events, logs and diffs. Values of less than four characters are left alone: they would
 * blot out half of every text, and hide nothing that could be guessed anyway.
 */
export function createTextRedactor(secretValues: ReadonlySet<string>): (text: string) => string {
  const forms = [...secretValues].flatMap(formsOf).filter(form => form.length >= shortestText)
  return forms.length === 0 ? text => text : createReplacer(forms, '(redacted)')
}

function formsOf(value: string): readonly string[] {
  const trimmed = value.trim()
  if (trimmed.length < shortestText) return []
  const lines = value
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.length >= shortestLine && line.length < trimmed.length)
  const plain = [value, trimmed, ...lines]
  return plain.flatMap(text => {
    const bytes = Buffer.from(text, 'utf8')
    const base64 = bytes.toString('base64')
    const json = inJson(text)
    const goJson = inGoJson(text)
    return [
      text,
      json,
      inJson(json),
      goJson,
      inJson(goJson),
      encodeURIComponent(text.isWellFormed() ? text : ''),
      base64,
      base64.replace(/=+$/, ''),
      bytes.toString('base64url'),
    ]
  })
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Go's encoder, which the API server quotes refused values with, makes JSON that is safe inside of HTML. */
function inGoJson(text: string): string {
  return inJson(text).replace(
    /[<>&\u2028\u2029]/g,
    it => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
