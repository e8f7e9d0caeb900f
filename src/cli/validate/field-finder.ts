import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceLocation } from '../../model/problem.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import type { YamlDocument } from '../../repository/yaml-document.ts'

type Path = readonly (string | number)[]

/** Where in the repository a field of a rendered object is written, as near as it can be told. */
export type FindField = (source: SourceLocation, path: Path) => SourceLocation

/**
 * By the document that the object came from, when the field stands in it; else, as in templates, by the one line that looks like
 * it; else the object's own place.
 */
export function createFieldFinder(root: string): FindField {
  const read = new Map<string, { text: string; documents: readonly YamlDocument[] }>()
  const contentOf = (file: string) => {
    const known = read.get(file)
    if (known) return known
    const text = readFileSync(join(root, file), 'utf8')
    const { documents, problems } = parseYamlDocuments(text, file)
    const content = { text, documents: problems.length > 0 ? [] : documents }
    read.set(file, content)
    return content
  }
  return (source, path) => {
    if (source.line === null) return source
    const { text, documents } = contentOf(source.file)
    const document = documents.findLast(it => it.line <= (source.line ?? 0))
    // What is missing is missed in its parent.
    if (document && (holds(document.value, path) || holds(document.value, path.slice(0, -1)))) {
      return { file: source.file, ...document.positionOf(path) }
    }
    return lineLike(text, source, path) ?? source
  }
}

function holds(value: unknown, path: Path): boolean {
  let at = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false
    at = (at as Readonly<Record<string | number, unknown>>)[part]
  }
  return at !== undefined
}

function lineLike(text: string, source: SourceLocation, path: Path): SourceLocation | null {
  const name = path.findLast(part => typeof part === 'string')
  if (name === undefined || source.line === null) return null
  const from = source.line - 1
  const lines = text.split('\n')
  const end = lines.findIndex((line, at) => at > from && /^---(\s|$)/.test(line))
  const matches = lines
    .slice(from, end < 0 ? undefined : end)
    .map((line, at) => ({ line: from + at + 1, column: columnOf(line, name) }))
    .filter(it => it.column > 0)
  const [only, ...more] = matches
  return only && more.length === 0 ? { file: source.file, ...only } : null
}

/** Of a key in a line, counted from 1; 0 when it is not there. */
function columnOf(line: string, key: string): number {
  const [, before, found] = /^(\s*(?:-\s+)*)["']?([^\s:"']+)["']?\s*:/.exec(line) ?? []
  return found === key ? (before?.length ?? 0) + 1 : 0
}
