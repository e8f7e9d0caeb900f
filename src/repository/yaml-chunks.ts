import type { Problem } from '../model/problem.ts'
import type { YamlDocument } from './yaml-document.ts'

export interface Chunk {
  readonly text: string
  /** Lines before it. */
  readonly line: number
}

/** Cuts at lines that separate documents: `---` at a line's beginning is nothing else in YAML, wherever it stands. */
export function chunksOf(text: string): readonly Chunk[] {
  // Directives belong to the document that follows.
  if (/^%/m.test(text)) return [{ text, line: 0 }]
  const chunks: Chunk[] = []
  let line = 0
  for (const part of text.split(/^(?=---(?:\s|$))/m)) {
    chunks.push({ text: part, line })
    line += part.split('\n').length - 1
  }
  return chunks
}

export function movedDocument(document: YamlDocument, by: number): YamlDocument {
  return {
    value: document.value,
    line: document.line + by,
    positionOf(path) {
      const { line, column } = document.positionOf(path)
      return { line: line + by, column }
    },
  }
}

export function movedProblem(problem: Problem, file: string, by: number): Problem {
  const { location } = problem
  return { ...problem, location: location && { ...location, file, line: (location.line ?? 1) + by } }
}
