import { createRequire } from 'node:module'

/*
 * Conditions in CEL, the Common Expression Language. They come with pull requests, so what one may cost is known before it is
 * evaluated: it is short, its loops are few and shallow, its patterns are plain, and nothing in it makes large values of small ones.
 */

export type Cel = typeof import('@bufbuild/cel')
export type Expression = ReturnType<Cel['parse']>['expr']
type Loop = Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value']

/** A condition that may be evaluated. */
export interface Condition {
  readonly text: string
  readonly expression: Expression
  /** Top-level fields of the object that it reads. */
  readonly roots: ReadonlySet<string>
}

export const longestCondition = 2000
const deepestBrackets = 32
const mostParts = 500
const deepestLoops = 2
const longestPattern = 200

let loaded: Cel | null = null

/** Loaded when the first condition is met: it takes longer than most plans, and few applications have any. */
export function loadCel(): Cel {
  return (loaded ??= createRequire(import.meta.url)('@bufbuild/cel') as Cel)
}

const remembered = new Map<string, Condition | string>()
const mostRemembered = 500

/** The condition, or why it is none, for people. */
export function parseCondition(text: string): Condition | string {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const parsed = parse(text)
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(text, parsed)
  return parsed
}

function parse(text: string): Condition | string {
  if (text.trim() === '') return 'is empty; leave it out, or give a CEL expression'
  if (text.length > longestCondition) return `is longer than ${longestCondition} characters`
  if (depthOf(text) > deepestBrackets) return `has brackets more than ${deepestBrackets} deep`
  try {
    const { expr } = loadCel().parse(text)
    const roots = new Set<string>()
    const survey: Survey = { parts: 0, maps: 0, roots }
    const problem = problemOf(expr, survey, { loops: 0, names: new Set() })
    return problem ?? { text, expression: expr, roots }
  } catch (error) {
    return `is not a CEL expression: ${wordsOf(error)}`
  }
}

/** How deep the brackets of a text are; those in quotes count too, which nobody needs many of. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const character of text) {
    if ('([{'.includes(character)) deepest = Math.max(deepest, ++depth)
    else if (')]}'.includes(character)) depth--
  }
  return deepest
}

/** `<input>:1:8: found ...` as `column 8: found ...`. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [, line, column, words] = /^<input>:(\d+):(\d+): ([^]*)$/.exec(message) ?? []
  if (words === undefined) return shortened(message)
  return shortened(line === '1' ? `column ${column}: ${words}` : `line ${line}, column ${column}: ${words}`)
}

function shortened(text: string): string {
  const [first = ''] = text.split('\n')
  return first.length > 200 ? `${first.slice(0, 200)}…` : first
}

interface Survey {
  parts: number
  maps: number
  readonly roots: Set<string>
}

interface Surroundings {
  readonly loops: number
  /** Names that loops give. */
  readonly names: ReadonlySet<string>
}

/** The first thing that is not allowed; null when there is none. */
function problemOf(expression: Expression, survey: Survey, around: Surroundings): string | null {
  survey.parts++
  if (survey.parts > mostParts) return `has more than ${mostParts} parts`
  const all = (parts: readonly Expression[], inner = around): string | null => {
    for (const part of parts) {
      const problem = problemOf(part, survey, inner)
      if (problem) return problem
    }
    return null
  }
  const { case: kind, value } = expression.exprKind
  if (kind === 'identExpr' && !around.names.has(value.name)) survey.roots.add(value.name)
  if (kind === 'callExpr') return callProblem(value.function, value.args) ?? all(partsOf(expression))
  if (kind !== 'comprehensionExpr') return all(partsOf(expression))
  if (around.loops >= deepestLoops) return `has loops more than ${deepestLoops} deep`
  if (isMap(value) && ++survey.maps > 1) return 'has more than one map()'
  const names = new Set([...around.names, value.iterVar, value.accuVar])
  const range = value.iterRange ? [value.iterRange] : []
  const inside = partsOf(expression).filter(it => it !== value.iterRange)
  return all(range) ?? all(inside, { loops: around.loops + 1, names })
}

/** The expressions that one is made of, directly. */
export function partsOf({ exprKind: { case: kind, value } }: Expression): readonly Expression[] {
  const present = (...parts: readonly (Expression | undefined)[]) => parts.filter(it => it !== undefined)
  switch (kind) {
    case 'selectExpr':
      return present(value.operand)
    case 'callExpr':
      return present(value.target, ...value.args)
    case 'listExpr':
      return value.elements
    case 'structExpr':
      return present(
        ...value.entries.flatMap(it => [
          it.keyKind.case === 'mapKey' ? it.keyKind.value : undefined,
          it.value,
        ]),
      )
    case 'comprehensionExpr':
      return present(value.iterRange, value.accuInit, value.loopCondition, value.loopStep, value.result)
    case 'identExpr':
    case 'constExpr':
    case undefined:
      return []
  }
}

/** Whether a loop makes a list of new values, as map() does, instead of picking some, as filter() does. */
function isMap({ accuInit, loopStep }: Loop): boolean {
  if (accuInit?.exprKind.case !== 'listExpr' || loopStep?.exprKind.case !== 'callExpr') return false
  const { function: name, args } = loopStep.exprKind.value
  if (name === '_+_') return true
  // map() with a filter of its own: it adds something else than the item.
  const added = args[1]?.exprKind
  const list = added?.case === 'callExpr' ? added.value.args[1]?.exprKind : undefined
  const item = list?.case === 'listExpr' ? list.value.elements[0]?.exprKind : undefined
  return item?.case !== 'identExpr'
}

/** Everything that costs little and makes nothing large: `replace`, `join`, `format` and the like are left out. */
const functions: ReadonlySet<string> = new Set(
  [
    '_==_ _!=_ _<_ _<=_ _>_ _>=_ _&&_ _||_ !_ -_ _?_:_ _[_] @in _+_ _-_ _*_ _/_ _%_ @not_strictly_false',
    'size matches contains startsWith endsWith int uint double string bool type dyn timestamp duration',
    'getSeconds getMinutes getHours getDate getDayOfMonth getDayOfWeek getDayOfYear getMonth getFullYear getMilliseconds',
  ].flatMap(names => names.split(' ')),
)

function callProblem(name: string, args: readonly Expression[]): string | null {
  if (!functions.has(name)) return `calls ${name}(), which there is not`
  if (name !== 'matches') return null
  const pattern = args.at(-1)?.exprKind
  const text =
    pattern?.case === 'constExpr' && pattern.value.constantKind.case === 'stringValue'
      ? pattern.value.constantKind.value
      : null
  if (text === null) return 'has a matches() whose pattern is not written out'
  if (text.length > longestPattern) return `has a pattern of more than ${longestPattern} characters`
  return /\{\s*\d/.test(text) ? 'has a pattern that counts repetitions with {}; use *, + or ?' : null
}
