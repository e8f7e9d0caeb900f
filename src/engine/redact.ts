import { createHmac } from 'node:crypto'
import type { KubernetesObject } from '../model/object.ts'
import { isBase64, isSecret } from './fold-secret.ts'
import { listItem } from './flatten-lists.ts'
import { isJsonObject, listAt, mapTexts, textAt } from './json.ts'
import { withoutCopies } from './normalise.ts'
import { createReplacer, shortestText } from './replace-texts.ts'

/** Fields of a Secret that hold no content. Any other one is redacted, misspelt ones such as `stringdata` included. */
const openFields: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'immutable'])

/**
 * An object that may leave the cluster: values of a Secret become `(redacted, hmac 1a2b3c4d)`, equal for equal values under the
 * same key; annotations that copy the whole object go. Other objects lose those annotations only.
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
  return isSecret(bare) ? redactSecret(bare, key) : bare
}

function redactSecret(secret: KubernetesObject, key: Uint8Array): KubernetesObject {
  const fields = Object.entries(secret).map(([name, value]) => {
    if (openFields.has(name)) return [name, value] as const
    if (!isJsonObject(value)) return [name, isEmpty(value) ? value : mark(value, name, key)] as const
    const values = Object.entries(value).map(([entry, content]) => [entry, mark(content, name, key)])
    return [name, Object.fromEntries(values)] as const
  })
  return Object.fromEntries(fields) as unknown as KubernetesObject
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined
}

function mark(content: unknown, field: string, key: Uint8Array): string {
  const digest = createHmac('sha256', key).update(bytesOf(content, field)).digest('hex')
  return `(redacted, hmac ${digest.slice(0, 8)})`
}

/** The content's bytes, so that a value has one digest whether it is written in data or in stringData. */
function bytesOf(content: unknown, field: string): Uint8Array {
  if (typeof content !== 'string') return Buffer.from(JSON.stringify(content ?? null), 'utf8')
  return field === 'data' && isBase64(content) ? Buffer.from(content, 'base64') : Buffer.from(content, 'utf8')
}

/** The texts that the Secrets among `objects` hold: each value as plain text, and as written when it is not base64. */
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
    if (isSecret(object) && isJsonObject(object)) collect(object, values)
  }
  return values
}

function collect(secret: Readonly<Record<string, unknown>>, values: Set<string>): void {
  for (const [field, content] of Object.entries(secret)) {
    if (openFields.has(field)) continue
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
