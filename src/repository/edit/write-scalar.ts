import { kubernetesScalars } from '../kubernetes-yaml.ts'
import type { Json } from './json.ts'

export type Quotes = 'plain' | 'single' | 'double'

export interface ScalarStyle {
  /** As it is preferred; a text that needs quotes gets them. */
  readonly quotes: Quotes
  /** Which quotes a text gets that needs some. */
  readonly otherwise: 'single' | 'double'
  /** Inside of brackets. */
  readonly flow: boolean
}

/** On one line. */
export function writeScalar(value: Json, style: ScalarStyle): string {
  if (typeof value !== 'string') return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  const quotes =
    style.quotes === 'plain' ? (canBePlain(value, style.flow) ? 'plain' : style.otherwise) : style.quotes
  if (quotes === 'plain') return value
  return quotes === 'single' && printable.test(value)
    ? `'${value.replaceAll("'", "''")}'`
    : inDoubleQuotes(value)
}

function inDoubleQuotes(text: string): string {
  // JSON leaves some as they are that YAML refuses or that nobody can see.
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    it => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const printable =
  /^[\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffc\u{10000}-\u{10ffff}]*$/u

export function canBePlain(text: string, flow: boolean): boolean {
  if (!printable.test(text) || text !== text.trim() || text.length > longestPlain) return false
  if (/^[,[\]{}#&*!|>'"%@`]/.test(text) || /^[-?:](?:[\s,[\]{}]|$)/.test(text)) return false
  if (/^(?:---|\.\.\.)/.test(text)) return false
  if (/:(?:\s|$)/.test(text) || /\s#/.test(text)) return false
  if (flow && /[,[\]{}:]/.test(text)) return false
  return !readsAsSomethingElse(text)
}

/** Keys of more than 1,024 characters are no keys to a reader. */
const longestPlain = 1_000

/** To one reader or another: Kubernetes', YAML 1.1's or YAML 1.2's. */
function readsAsSomethingElse(text: string): boolean {
  return kubernetesScalars.some(it => it.test.test(text)) || others.some(it => it.test(text))
}

const others: readonly RegExp[] = [
  /^(?:~|null|true|false|yes|no|on|off|y|n|<<|=)?$/i,
  /^[-+]?\.(?:inf|nan)$/i,
  // Minutes and seconds, hours and minutes: whole numbers in sixties.
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  // Dates, with and without a time.
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/,
  /^[-+]?(?:0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+)$/i,
  /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*(?:e[-+]?[0-9]+)?$/i,
  /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:e[-+]?[0-9]+)?$/i,
]
