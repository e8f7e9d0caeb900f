import { LineCounter, parseAllDocuments, type YAMLError } from 'yaml'
import type { Problem } from '../model/problem.ts'
import { kubernetesTags } from './kubernetes-yaml.ts'
import { documentOf, positionAt, type YamlDocument } from './yaml-document.ts'
import { explainYamlError } from './yaml-problems.ts'
import { type Parsed, type ValueFailure, type ValueLimits, valueOf } from './yaml-value.ts'

export interface CarefullyParsed {
  readonly documents: readonly YamlDocument[]
  readonly problems: readonly Problem[]
  /** Of all documents, the ones with problems too. */
  readonly count: number
}

/** More are not shown: one slip can make a parser stumble over every line that follows. */
const mostProblems = 10

/** Parses text of any kind with the parser that knows positions. Null when its nesting is more than the parser can take. */
export function parseWithCare(text: string, file: string, bounds: ValueLimits): CarefullyParsed | null {
  const lines = new LineCounter()
  const parsed = parseNodes(text, lines)
  if (parsed === null) return null
  const problems = parsed
    .flatMap(document => document.errors)
    .slice(0, mostProblems)
    .map(error => problemOf(error, { file, text, lines }))
  const documents: YamlDocument[] = []
  for (const document of parsed) {
    if (document.errors.length > 0) continue
    const read = valueOf(document, bounds)
    if ('failure' in read) problems.push(failureAt(read.failure, { document, file, lines }))
    else documents.push(documentOf(document, read.value, lines))
  }
  return { documents, problems, count: parsed.length }
}

/** All documents, those with errors too. Null when the nesting is more than the parser can take. */
export function parseNodes(
  text: string,
  lineCounter: LineCounter,
  { keepSourceTokens = false } = {},
): readonly Parsed[] | null {
  try {
    const parsed = parseAllDocuments(text, {
      schema: 'failsafe',
      customTags: kubernetesTags,
      resolveKnownTags: false,
      merge: true,
      // Ours: the parser compares every key with every other one.
      uniqueKeys: false,
      lineCounter,
      keepSourceTokens,
      prettyErrors: false,
      logLevel: 'silent',
    })
    return Array.isArray(parsed) ? parsed : []
  } catch (error) {
    // A stack overflow of the parser; everything else it reports.
    if (error instanceof RangeError) return null
    throw error
  }
}

function problemOf(error: YAMLError, at: { file: string; text: string; lines: LineCounter }): Problem {
  // What is missing at the end is missed on the last line that holds something.
  const position = positionAt(at.lines, Math.min(error.pos[0], Math.max(0, at.text.trimEnd().length - 1)))
  return {
    code: 'yaml-syntax',
    ...explainYamlError(error, at.text),
    location: { file: at.file, ...position },
  }
}

function failureAt(
  failure: ValueFailure,
  at: { document: Parsed; file: string; lines: LineCounter },
): Problem {
  const { code, message, hint } = failure
  const offset = failure.offset ?? at.document.contents?.range?.[0] ?? at.document.range[0]
  return { code, message, hint, location: { file: at.file, ...positionAt(at.lines, offset) } }
}
