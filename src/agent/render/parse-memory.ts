import { hash } from 'node:crypto'
import { setImmediate as otherWork } from 'node:timers/promises'
import type { Problem } from '../../model/problem.ts'
import { createBoundedMemory } from '../../repository/bounded-memory.ts'
import { itemsIn, parseYamlDocuments } from '../../repository/parse-yaml.ts'
import { chunksOf, movedDocument, movedProblem } from '../../repository/yaml-chunks.ts'
import type { YamlDocument } from '../../repository/yaml-document.ts'
import type { RenderLimits } from './renderer.ts'

export interface ParsedDocuments {
  readonly documents: readonly YamlDocument[]
  /** Lines, items and fields: about what they take in memory, other than the length of texts. */
  readonly items: number
  readonly problems: readonly Problem[]
}

export interface ParseMemory {
  parse(
    content: string | Uint8Array,
    file: string,
    limits: Pick<RenderLimits, 'maxOutputBytes' | 'maxObjects'>,
    signal: AbortSignal,
  ): Promise<ParsedDocuments>
}

const mostRememberedBytes = 64 * 1024 * 1024
const longestTurnMilliseconds = 25
/** Of one document; the API server takes no object of more than three mebibytes. */
const maxItems = 300_000
/** Of all documents of a source: some hundred bytes each, for as long as its objects are in use. */
export const mostItems = 4_000_000

/**
 * Parses YAML document by document and remembers each. Base and head, and one render and the next, have nearly all documents in
 * common, and parsing is what a render spends most of its time on. Lets other work have its turn in between.
 */
export function createParseMemory(): ParseMemory {
  const memory = createBoundedMemory<ParsedDocuments>(mostRememberedBytes)

  function parseChunk(text: string): ParsedDocuments {
    const key = hash('sha256', text, 'base64')
    const known = memory.get(key)
    if (known) return known
    const parsed = { ...frozen(parseYamlDocuments(text, '', { maxItems })), items: itemsIn(text) }
    memory.set(key, parsed, text.length)
    return parsed
  }

  return {
    async parse(content, file, limits, signal) {
      const text = typeof content === 'string' ? content : utf8(content)
      if (text === null || text.length > limits.maxOutputBytes) {
        return { ...parseYamlDocuments(content, file, { maxBytes: limits.maxOutputBytes }), items: 0 }
      }
      const documents: YamlDocument[] = []
      const problems: Problem[] = []
      let items = 0
      let turn = performance.now()
      for (const chunk of chunksOf(text.replace(/^\uFEFF/, ''))) {
        if (performance.now() - turn > longestTurnMilliseconds) {
          await otherWork(undefined, { signal })
          turn = performance.now()
        }
        const parsed = parseChunk(chunk.text)
        documents.push(...parsed.documents.map(document => movedDocument(document, chunk.line)))
        problems.push(...parsed.problems.map(problem => movedProblem(problem, file, chunk.line)))
        items += parsed.items
        if (documents.length > limits.maxObjects) return only(tooMany(file, `${limits.maxObjects} documents`))
        if (items > mostItems) return only(tooMany(file, `${mostItems} lines and items`))
      }
      return { documents, problems, items }
    },
  }
}

/** Shared by all renders that hold the document: whoever changed it would change them all. */
function frozen<T extends Omit<ParsedDocuments, 'items'>>(parsed: T): T {
  for (const { value } of parsed.documents) freeze(value)
  return parsed
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}

function only(problem: Problem): ParsedDocuments {
  return { documents: [], problems: [problem], items: 0 }
}

function tooMany(file: string, limit: string): Problem {
  return {
    code: 'render-limit',
    message: `${file} holds more than ${limit}`,
    location: { file, line: null },
    hint: null,
  }
}

function utf8(content: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    // The parser says what is wrong with it.
    return null
  }
}
