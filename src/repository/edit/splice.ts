/** A stretch of text and what stands there instead. */
export interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

export function spliced(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((it, { from, to, text: put }) => it.slice(0, from) + put + it.slice(to), text)
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

export function columnOf(text: string, at: number): number {
  return at - lineStart(text, at)
}

/** Where the line after this one begins, or would begin. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

/** Nothing but spaces stands before it on its line. */
export function isFirstOnLine(text: string, at: number): boolean {
  return text.slice(lineStart(text, at), at).trim() === ''
}

/** Whole lines below the line of `at`; a file without a last line end stays so. */
export function linesBelow(text: string, at: number, { lines, lineEnd }: NewLines): Splice {
  const from = nextLine(text, at)
  const body = lines.join(lineEnd)
  const isOpen = from === text.length && !text.endsWith('\n')
  return { from, to: from, text: isOpen ? lineEnd + body : body + lineEnd }
}

export interface NewLines {
  readonly lines: readonly string[]
  readonly lineEnd: string
}
