import { stripVTControlCharacters } from 'node:util'
import type { Paint } from './colour.ts'

/** What text is made for. */
export interface Screen {
  readonly paint: Paint
  /** Columns of the terminal; null in a pipe or a file, where nothing is cut. */
  readonly width: number | null
}

/** At most the screen's width, the last character an ellipsis when something is missing. Painted text is cut before it is painted. */
export function cut(text: string, room: number | null): string {
  if (room === null || text.length <= room) return text
  return `${text.slice(0, Math.max(0, room - 1)).trimEnd()}…`
}

/** Columns that painted text takes. */
export function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length
}

export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/** Lines of at most `room` columns, broken between words; a longer word stays whole, so that it can be copied. */
export function wrapped(text: string, room: number): readonly string[] {
  return text.split('\n').flatMap(line => {
    const lines: string[] = []
    let current = ''
    for (const word of line.split(' ')) {
      const longer = current === '' ? word : `${current} ${word}`
      if (current !== '' && longer.length > room) {
        lines.push(current)
        current = word
      } else current = longer
    }
    return [...lines, current]
  })
}
