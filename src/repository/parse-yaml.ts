import type { Problem } from '../model/problem.ts'
import { parseWithCare } from './careful-yaml.ts'
import { createQuickPositions } from './quick-position.ts'
import { parseQuickly, type QuickDocument } from './quick-yaml.ts'
import type { YamlDocument } from './yaml-document.ts'
import type { ValueLimits } from './yaml-value.ts'

export interface YamlLimits extends ValueLimits {
  readonly maxBytes: number
  readonly maxDocuments: number
  /** Lines, items and fields: what a parse takes time and memory for, other than the length of texts. */
  readonly maxItems: number
}

const defaultLimits: YamlLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxDocuments: 10_000,
  maxItems: 1_000_000,
  maxDepth: 100,
  maxAliases: 1_000,
}

/**
 * Parses YAML (or JSON) that a stranger wrote. Never throws: `documents` holds what could be read, `problems` all else,
 * with its place in `file`. Bounds size, depth, number of documents and what aliases expand to.
 */
export function parseYamlDocuments(
  input: string | Uint8Array,
  file: string,
  limits: Partial<YamlLimits> = {},
): { readonly documents: readonly YamlDocument[]; readonly problems: readonly Problem[] } {
  const bounds = { ...defaultLimits, ...limits }
  const decoded = decode(input)
  if (decoded === null) return only(notText(file))
  const text = decoded.replace(/^\uFEFF/, '')
  if (text.length > bounds.maxBytes) {
    return only(atStart(file, 'yaml-too-large', `the file has more than ${bounds.maxBytes} bytes`))
  }
  if (itemsIn(text) > bounds.maxItems) {
    return only(atStart(file, 'yaml-too-large', `the file has more than ${bounds.maxItems} lines and items`))
  }
  if (opensTooMuch(text)) return only(tooDeep(file, bounds))
  const quick = parseQuickly(text)
  if (quick && quick.length <= bounds.maxDocuments)
    return { documents: quickDocuments(quick, text, bounds), problems: [] }
  const parsed = parseWithCare(text, file, bounds)
  if (parsed === null) return only(tooDeep(file, bounds))
  if (parsed.count > bounds.maxDocuments) return only(tooManyDocuments(file, bounds))
  return parsed
}

/** Positions inside of a document are asked for when something is wrong with it, or of one field: they are looked up then. */
function quickDocuments(
  quick: readonly QuickDocument[],
  text: string,
  bounds: YamlLimits,
): readonly YamlDocument[] {
  const positions = createQuickPositions(text)
  let careful: readonly YamlDocument[] | null = null
  return quick.map(({ value, start }, at) => ({
    value,
    line: start.line,
    positionOf(path) {
      if (path.length === 0) return start
      const position = positions(at, path)
      if (position) return position
      careful ??= parseWithCare(text, '', bounds)?.documents ?? []
      return careful[at]?.positionOf(path) ?? start
    },
  }))
}

const newline = 0x0a
const space = 0x20

/** Too many rather than too few: what stands in texts is counted too. The parser takes a second for a few hundred thousand. */
export function itemsIn(text: string): number {
  let items = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === newline || code === 0x2c || code === 0x3a || code === 0x5b || code === 0x7b) items++
    // A dash or question mark begins one only before a space.
    else if ((code === 0x2d || code === 0x3f) && text.charCodeAt(at + 1) === space) items++
  }
  return items
}

/** The parser takes seconds to find that a million brackets are too many; this takes none. */
const mostOpenBrackets = 2_000

function opensTooMuch(text: string): boolean {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5b || code === 0x7b) open++
    else if ((code === 0x5d || code === 0x7d) && open > 0) open--
    if (open > mostOpenBrackets) return true
  }
  return false
}

/** Null when the bytes are not UTF-8. Text that came through a lossy decoder shows it by replacement characters. */
function decode(input: string | Uint8Array): string | null {
  if (typeof input === 'string') return input.includes('\uFFFD') ? null : input
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input)
  } catch {
    return null
  }
}

function only(problem: Problem) {
  return { documents: [], problems: [problem] }
}

function notText(file: string): Problem {
  return {
    ...atStart(file, 'yaml-not-utf8', 'the file is not UTF-8 text'),
    hint: 'save it as UTF-8; only Kubernetes Secrets and binaryData can hold other bytes, as base64',
  }
}

function tooManyDocuments(file: string, bounds: YamlLimits): Problem {
  return atStart(file, 'yaml-too-large', `the file has more than ${bounds.maxDocuments} documents`)
}

function tooDeep(file: string, bounds: YamlLimits): Problem {
  return atStart(file, 'yaml-too-deep', `the document is nested more than ${bounds.maxDepth} levels deep`)
}

function atStart(file: string, code: string, message: string): Problem {
  return { code, message, location: { file, line: 1, column: 1 }, hint: null }
}
