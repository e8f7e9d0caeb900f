import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml'
import type { Position } from './yaml-document.ts'

/** Null for the few places that the quick parser's events do not tell. */
export type QuickPositions = (document: number, path: readonly PropertyKey[]) => Position | null

/**
 * Where values stand in a text that the quick parser took; for what is missing, where its closest parent does. The text is gone
 * through once, at the first question.
 */
export function createQuickPositions(text: string): QuickPositions {
  let documents: readonly Place[] | null = null
  let lineStarts: readonly number[] | null = null
  return (document, path) => {
    documents ??= placesIn(text)
    lineStarts ??= lineStartsOf(text)
    let place = documents[document]
    let offset = place?.offset ?? null
    for (const part of path) {
      const step: Step | undefined = place?.inside?.get(String(part))
      if (!step) break
      offset = step.offset
      place = step.place
    }
    return offset === null ? null : positionOf(offset, lineStarts)
  }
}

interface Place {
  readonly offset: number | null
  /** By the name of a field, or the number of an item; null for a scalar. */
  readonly inside: ReadonlyMap<string, Step> | null
}

interface Step {
  /** Of a field its key's, of an item its own. */
  readonly offset: number | null
  readonly place: Place
}

type Event = ReturnType<typeof parseEvents>[number]

function placesIn(text: string): readonly Place[] {
  const events = parseEvents(text, { maxDepth: 100 })
  let at = 0

  function readPlace(): Place {
    const event = events[at++]
    const offset = offsetOf(event)
    if (event?.type === EVENT_ID.SEQUENCE) return { offset, inside: readItems() }
    if (event?.type === EVENT_ID.MAPPING) return { offset, inside: readFields() }
    return { offset, inside: null }
  }
  function readItems(): ReadonlyMap<string, Step> {
    const items = new Map<string, Step>()
    while (isMore()) {
      const place = readPlace()
      items.set(String(items.size), { offset: place.offset, place })
    }
    return items
  }
  function readFields(): ReadonlyMap<string, Step> {
    const fields = new Map<string, Step>()
    while (isMore()) {
      const key = events[at]
      const { offset } = readPlace()
      const place = readPlace()
      if (key?.type === EVENT_ID.SCALAR) fields.set(getScalarValue(text, key), { offset, place })
    }
    return fields
  }
  /** Steps over the end of a map or list. */
  function isMore(): boolean {
    const type = events[at]?.type
    if (type !== EVENT_ID.POP && type !== undefined) return true
    at++
    return false
  }

  const documents: Place[] = []
  while (at < events.length) if (events[at++]?.type === EVENT_ID.DOCUMENT) documents.push(readPlace())
  return documents
}

function offsetOf(event: Event | undefined): number | null {
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart < 0) return null
  switch (event.style) {
    case SCALAR_STYLE.PLAIN:
      return event.valueStart
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      // The quote itself.
      return event.valueStart - 1
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return null
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that begins at the offset or before. */
function positionOf(offset: number, lineStarts: readonly number[]): Position {
  let line = 1
  let beyond = lineStarts.length + 1
  while (beyond - line > 1) {
    const middle = (line + beyond) >> 1
    if (lineStarts[middle - 1]! <= offset) line = middle
    else beyond = middle
  }
  return { line, column: offset - lineStarts[line - 1]! + 1 }
}
