import {
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  EVENT_ID,
  FAILSAFE_SCHEMA,
  NOT_RESOLVED,
  parseEvents,
} from 'js-yaml'
import { type KubernetesScalar, kubernetesScalars } from './kubernetes-yaml.ts'
import type { Position } from './yaml-document.ts'

/** A document that needed no care. */
export interface QuickDocument {
  readonly value: unknown
  /** Where its content begins. */
  readonly start: Position
}

/** Longer texts are for the careful parser, which is known to take any text in a bounded time. */
const longestText = 2 ** 20
/** Deeper than any manifest, and less than what the careful parser allows. */
const maxDepth = 50

/**
 * Parses plain YAML several times as fast as the parser that knows positions. Null as soon as there is anything out of the ordinary:
 * a mistake, an anchor or alias, a tag, a merge, a directive, a key that is no text, a document that is no map. Whoever gets null parses again with care, so what
 * this gives has to be equal to what that would give, and a test holds the two against each other.
 */
export function parseQuickly(text: string): readonly QuickDocument[] | null {
  if (text.length > longestText || oddities.test(text)) return null
  try {
    const events = parseEvents(text, { maxDepth })
    if (events.some(isOdd)) return null
    const values = constructFromEvents(events, { source: text, schema, maxAliases: 0 })
    const starts = contentStarts(events)
    const positions = createPositions(text)
    return values.map((value, at) => ({ value, start: positions(starts[at] ?? -1) }))
  } catch {
    // Whatever it is, the careful parser finds it too, and says where.
    return null
  }
}

/** Merges, names that objects of JavaScript hold already, old line ends, tabs that indent. A lossy decoder's replacement character is looked at with care too. */
const oddities = /<<["']?[ \t]*:|__proto__|\uFFFD|\r(?!\n)|^%|^[-?: ]*\t/m

type Event = ReturnType<typeof parseEvents>[number]

function isOdd(event: Event): boolean {
  switch (event.type) {
    case EVENT_ID.ALIAS:
      return true
    case EVENT_ID.DOCUMENT:
      return event.directives.length > 0
    case EVENT_ID.POP:
      return false
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.SCALAR:
      return event.anchorStart !== -1 || event.tagStart !== -1
  }
}

/** Where the map that a document is begins. Throws for documents that are something else. */
function contentStarts(events: readonly Event[]): readonly number[] {
  return events.flatMap((event, at) => {
    if (event.type !== EVENT_ID.DOCUMENT) return []
    const first = events[at + 1]
    if (first?.type !== EVENT_ID.MAPPING) throw new TypeError('a document that is no map')
    return [first.start]
  })
}

/** Asked in the order of the text. */
function createPositions(text: string): (offset: number) => Position {
  let line = 1
  let lineStart = 0
  return offset => {
    for (let next = text.indexOf('\n', lineStart); next >= 0 && next < offset; ) {
      line++
      lineStart = next + 1
      next = text.indexOf('\n', lineStart)
    }
    return { line, column: offset - lineStart + 1 }
  }
}

function scalarTag({ tag, firstCharacters, test, resolve }: KubernetesScalar) {
  return defineScalarTag<unknown>(tag, {
    implicit: true,
    implicitFirstChars: firstCharacters,
    resolve: text => (test.test(text) ? resolve(text) : NOT_RESOLVED),
    identify: () => false,
  })
}

const map = defineMappingTag<Record<string, unknown>>('tag:yaml.org,2002:map', {
  create: () => ({}),
  addPair(carrier, key, value) {
    if (typeof key !== 'string') return 'a key that is no text'
    carrier[key] = value
    return ''
  },
  has: (carrier, key) => typeof key === 'string' && Object.hasOwn(carrier, key),
  keys: result => Object.keys(result),
  get: (result, key) => result[String(key)],
  identify: () => false,
})

const schema = FAILSAFE_SCHEMA.withTags(kubernetesScalars.map(scalarTag), map)
