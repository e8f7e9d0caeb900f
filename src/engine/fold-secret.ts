import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, property } from './json.ts'

/** A Secret of the core group, by its parsed kind. */
export function isSecret(object: unknown): boolean {
  return property(object, 'apiVersion') === 'v1' && property(object, 'kind') === 'Secret'
}

/**
 * Moves a Secret's stringData into data, in base64, as the server would: with server-side apply a key that leaves stringData
 * would otherwise stay behind (kubernetes#108008). `problem` names keys, never values.
 */
export function foldSecret(object: KubernetesObject): { object: KubernetesObject; problem: string | null } {
  if (!isSecret(object)) return { object, problem: null }
  const { stringData, data, ...rest } = object
  for (const [name, values] of Object.entries({ data, stringData })) {
    const problem = valuesProblem(name, values)
    if (problem) return { object, problem }
  }
  const folded = new Map<string, string>()
  for (const [key, encoded] of Object.entries((data ?? {}) as Readonly<Record<string, string>>)) {
    // As the server stores it: folded lines would never compare equal.
    folded.set(key, Buffer.from(encoded, 'base64').toString('base64'))
  }
  for (const [key, text] of Object.entries((stringData ?? {}) as Readonly<Record<string, string>>)) {
    folded.set(key, Buffer.from(text, 'utf8').toString('base64'))
  }
  if (folded.size === 0) return { object: rest, problem: null }
  return { object: { ...rest, data: Object.fromEntries(folded) }, problem: null }
}

/** A ConfigMap's binaryData in the form that the server stores: folded lines would never compare equal. */
export function canonicalBinaryData(object: KubernetesObject): KubernetesObject {
  const { binaryData } = object
  if (object.apiVersion !== 'v1' || object.kind !== 'ConfigMap' || !isJsonObject(binaryData)) return object
  const canonical = Object.entries(binaryData).map(([key, value]) => [
    key,
    typeof value === 'string' && isBase64(value) ? Buffer.from(value, 'base64').toString('base64') : value,
  ])
  return { ...object, binaryData: Object.fromEntries(canonical) }
}

function valuesProblem(name: string, values: unknown): string | null {
  if (values === undefined) return null
  if (!isJsonObject(values)) return `its ${name} is not a map of keys to texts`
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string') return `the value of ${name} key "${key}" is not a text (put it in quotes)`
    if (name === 'data' && !isBase64(value)) {
      return `the value of data key "${key}" is not base64 (encode it, or write it under stringData)`
    }
  }
  return null
}

/** Go's decoder, which the server uses, skips line ends and insists on padding. */
export function isBase64(text: string): boolean {
  const bare = text.replaceAll(/[\r\n]/g, '')
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)
}
