import { isDeepStrictEqual } from 'node:util'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'

const separator = /^---(?:\s|$)/

/** Takes the document that a line belongs to out of a file. Null when that would change another one. */
export function removeDocument(text: string, document: number): string | null {
  const before = parseYamlDocuments(text, '')
  const line = before.documents[document]?.line
  if (line === undefined || before.problems.length > 0) return null
  const lines = text.split(/(?<=\n)/)
  let start = Math.min(line - 1, lines.length - 1)
  while (start > 0 && !separator.test(lines[start] ?? '')) start--
  let end = line - 1
  do end++
  while (end < lines.length && !separator.test(lines[end] ?? ''))
  const isFirst = !separator.test(lines[start] ?? '')
  // What comes after the first document begins with its separator, which is then not needed.
  const rest = isFirst && end < lines.length ? end + 1 : end
  const left = [...lines.slice(0, start), ...lines.slice(rest)].join('')
  const values = (it: string) =>
    parseYamlDocuments(it, '').documents.flatMap(({ value }) => (value === null ? [] : [value]))
  const wanted = before.documents.flatMap(({ value }, at) =>
    value === null || at === document ? [] : [value],
  )
  return isDeepStrictEqual(values(left), wanted) ? left : null
}
