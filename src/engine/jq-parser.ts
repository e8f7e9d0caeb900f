import type { JqCondition, JqTextTest } from './jq-condition.ts'

/** One step of the part of jq's paths that is understood. */
export type JqStep =
  | { readonly kind: 'field'; readonly name: string }
  /** Counted from the end when negative. */
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'select'; readonly condition: JqCondition }

/** Longer ones are nobody's path. */
const longestExpression = 2000

/** Null for jq beyond fields, positions, `[]`, `select` and `,`. */
export function parseJq(expression: string): readonly (readonly JqStep[])[] | null {
  if (expression.length > longestExpression) return null
  const tokens = tokensOf(expression)
  if (!tokens) return null
  const reader = { tokens, at: 0 }
  const paths = readAlternatives(reader)
  return paths !== null && reader.at === tokens.length && paths.every(steps => steps.length > 0)
    ? paths
    : null
}

interface Reader {
  readonly tokens: readonly Token[]
  at: number
}

type Token =
  | { readonly kind: 'text' | 'number' | 'word'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string }

const lexemes: readonly (readonly [Token['kind'], RegExp])[] = [
  ['text', /"(?:[^"\\]|\\.)*"/y],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['sign', /==|!=|[.[\]()|,?]/y],
]

function tokensOf(expression: string): readonly Token[] | null {
  const tokens: Token[] = []
  let at = 0
  while (at < expression.length) {
    if (/\s/.test(expression[at] ?? '')) {
      at += 1
      continue
    }
    const found = lexemes
      .map(([kind, pattern]) => ({ kind, value: matchAt(pattern, expression, at) }))
      .find(it => it.value !== null)
    if (!found || found.value === null) return null
    const { kind, value } = found
    if (kind === 'text' && parseText(value) === null) return null
    tokens.push({ kind, value })
    at += value.length
  }
  return tokens
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function parseText(literal: string): string | null {
  try {
    return JSON.parse(literal) as string
  } catch {
    // An escape that JSON does not have makes the expression one that is not understood.
    return null
  }
}

function accept(reader: Reader, value: string): boolean {
  const token = reader.tokens[reader.at]
  if (token?.value !== value || token.kind === 'text') return false
  reader.at += 1
  return true
}

function acceptKind(reader: Reader, kind: Token['kind']): string | null {
  const token = reader.tokens[reader.at]
  if (token?.kind !== kind) return null
  reader.at += 1
  return token.value
}

function readAlternatives(reader: Reader): readonly (readonly JqStep[])[] | null {
  const paths: (readonly JqStep[])[] = []
  do {
    const steps = readPath(reader)
    if (!steps) return null
    paths.push(steps)
  } while (accept(reader, ','))
  return paths
}

/** Terms with `|` between them. */
function readPath(reader: Reader): readonly JqStep[] | null {
  const steps: JqStep[] = []
  do {
    const term = readTerm(reader)
    if (!term) return null
    steps.push(...term)
  } while (accept(reader, '|'))
  return steps
}

function readTerm(reader: Reader): readonly JqStep[] | null {
  if (!accept(reader, 'select')) return readPlaces(reader)
  if (!accept(reader, '(')) return null
  const condition = readEither(reader)
  if (!condition || !accept(reader, ')')) return null
  return [{ kind: 'select', condition }, ...(readPlaces(reader) ?? [])]
}

/** `.spec["a b"].c[0][]?`; a bare `.` is no step at all. */
function readPlaces(reader: Reader): readonly JqStep[] | null {
  const steps: JqStep[] = []
  let seen = false
  for (;;) {
    if (accept(reader, '?')) {
      if (!seen) return null
      continue
    }
    const dot = accept(reader, '.')
    const step = accept(reader, '[') ? readBrackets(reader) : dot ? readName(reader) : undefined
    if (step === null) return null
    if (step) steps.push(step)
    else if (!dot) return seen ? steps : null
    seen = true
  }
}

/** Undefined when no name follows the dot. */
function readName(reader: Reader): JqStep | undefined {
  const word = acceptKind(reader, 'word')
  if (word !== null) return { kind: 'field', name: word }
  const text = acceptKind(reader, 'text')
  return text === null ? undefined : { kind: 'field', name: parseText(text) ?? '' }
}

function readBrackets(reader: Reader): JqStep | null {
  if (accept(reader, ']')) return { kind: 'each' }
  const text = acceptKind(reader, 'text')
  const number = text === null ? acceptKind(reader, 'number') : null
  if (!accept(reader, ']')) return null
  if (text !== null) return { kind: 'field', name: parseText(text) ?? '' }
  const index = Number(number)
  return number !== null && Number.isInteger(index) ? { kind: 'index', index } : null
}

function readEither(reader: Reader): JqCondition | null {
  return readChain(reader, 'or', readBoth)
}

function readBoth(reader: Reader): JqCondition | null {
  return readChain(reader, 'and', readOne)
}

function readChain(
  reader: Reader,
  kind: 'and' | 'or',
  read: (reader: Reader) => JqCondition | null,
): JqCondition | null {
  const conditions: JqCondition[] = []
  do {
    const condition = read(reader)
    if (!condition) return null
    conditions.push(condition)
  } while (accept(reader, kind))
  const [first, ...more] = conditions
  return first && more.length === 0 ? first : { kind, conditions }
}

function readOne(reader: Reader): JqCondition | null {
  const condition = accept(reader, '(') ? readInside(reader) : readAsked(reader)
  if (!condition || !accept(reader, '|')) return condition
  return accept(reader, 'not') ? { kind: 'not', condition } : null
}

function readInside(reader: Reader): JqCondition | null {
  const condition = readEither(reader)
  return condition && accept(reader, ')') ? condition : null
}

/** `.name == "x"`, `.name | startswith("x")`, `has("x")`, or a path alone. */
function readAsked(reader: Reader): JqCondition | null {
  const bare = readFunction(reader, [])
  if (bare) return bare
  const steps = readPlaces(reader)
  const path = steps?.map(step => (step.kind === 'field' ? step.name : null))
  if (!path || !path.every(name => name !== null)) return null
  if (accept(reader, '==')) return readLiteral(reader, path, true)
  if (accept(reader, '!=')) return readLiteral(reader, path, false)
  const before = reader.at
  if (accept(reader, '|')) {
    const piped = readFunction(reader, path)
    if (piped) return piped
    // It may be `| not`.
    reader.at = before
  }
  return { kind: 'true', path }
}

const textTests: ReadonlySet<string> = new Set<JqTextTest>(['startswith', 'endswith', 'contains'])

function readFunction(reader: Reader, path: readonly string[]): JqCondition | null {
  const before = reader.at
  const name = acceptKind(reader, 'word') ?? ''
  const argument = accept(reader, '(') ? acceptKind(reader, 'text') : null
  const text = argument === null ? null : parseText(argument)
  if (text !== null && accept(reader, ')')) {
    if (name === 'has') return { kind: 'has', path, name: text }
    if (textTests.has(name)) return { kind: 'text', path, test: name as JqTextTest, text }
  }
  reader.at = before
  return null
}

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])

function readLiteral(reader: Reader, path: readonly string[], equal: boolean): JqCondition | null {
  const text = acceptKind(reader, 'text')
  if (text !== null) return { kind: 'compare', path, equal, to: parseText(text) }
  const number = acceptKind(reader, 'number')
  if (number !== null) return { kind: 'compare', path, equal, to: Number(number) }
  const word = acceptKind(reader, 'word') ?? ''
  return words.has(word) ? { kind: 'compare', path, equal, to: words.get(word) } : null
}
