import { readFileSync } from 'node:fs'
import { count, list } from '../../model/phrase.ts'
import type { Problem } from '../../model/problem.ts'
import { formatProblem } from '../../model/problem.ts'
import type { Validated } from '../validate/validate-paths.ts'
import type { Paint } from './colour.ts'
import { plain } from './plain.ts'

/** Problems as compilers print them: one line each, or, in colour, with the line that is meant. */
export function problemsText(problems: readonly Problem[], paint: Paint | null): string {
  if (paint === null) return problems.map(it => `${plain(formatProblem(it))}\n`).join('')
  const frameOf = createFrames()
  return problems.map(problem => `${pretty(problem, paint, frameOf)}\n`).join('\n')
}

function pretty(problem: Problem, paint: Paint, frameOf: (problem: Problem) => Frame | null): string {
  const { location, message, hint } = problem
  const where = location && [location.file, location.line, location.column].filter(it => it != null).join(':')
  const frame = frameOf(problem)
  const head = `${where ? `${paint('cyan', plain(where))}  ` : ''}${plain(message)}`
  const says = hint ? paint('yellow', plain(hint)) : ''
  if (!frame) return says ? `${head}\n  ${says}` : head
  const gutter = ' '.repeat(String(frame.line).length)
  return [
    head,
    `  ${paint('dim', `${frame.line} │`)} ${frame.text}`,
    `  ${paint('dim', `${gutter} │`)} ${' '.repeat(frame.from)}${paint('red', '^'.repeat(frame.length))}${says ? ` ${says}` : ''}`,
  ].join('\n')
}

interface Frame {
  readonly line: number
  readonly text: string
  /** Of what is underlined. */
  readonly from: number
  readonly length: number
}

const longestLine = 160

/** The line that a problem speaks of. None of a file with a Secret: what stands in it need not be on a screen that others see. */
function createFrames(): (problem: Problem) => Frame | null {
  const files = new Map<string, readonly string[]>()
  const linesOf = (file: string) => {
    const known = files.get(file)
    if (known) return known
    const text = textOf(file)
    const lines = /^\s*["']?kind["']?\s*:\s*["']?Secret\b/m.test(text) ? [] : text.split(/\r?\n/)
    files.set(file, lines)
    return lines
  }
  return ({ location }) => {
    if (!location?.line || !location.column) return null
    const text = linesOf(location.file)[location.line - 1]
    if (text === undefined || text.length > longestLine || text.trim() === '') return null
    const from = location.column - 1
    const word = /^[^\s:,{}[\]]+/.exec(text.slice(from))?.[0] ?? ' '
    return { line: location.line, text: plain(text), from, length: word.length }
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The problem stands without its line.
    return ''
  }
}

/** What was looked at, in one line; below it what was not. */
export function validatedText(result: Validated, paint: Paint): string {
  const { problems } = result
  const files = new Set(problems.flatMap(it => (it.location ? [it.location.file] : []))).size
  const looked = `${count(result.objects, 'object')} in ${count(result.files, 'file')}, ${count(result.applications.length, 'application')}; ${result.against}`
  const tools = [...new Set(result.skipped.flatMap(it => it.tool ?? []))]
  const none =
    tools.length > 0 ? paint('red', 'not everything could be looked at') : paint('green', 'no problems')
  const verdict =
    problems.length === 0
      ? none
      : paint('red', `${count(problems.length, 'problem')} in ${count(files, 'file')}`)
  const unknown = Object.entries(result.unknownKinds)
  const lines = [
    `${verdict} (${looked})`,
    ...(unknown.length === 0
      ? []
      : [
          `not checked, for only their cluster knows their kinds: ${list(shortened(unknown.map(([kind, amount]) => `${amount} ${kind}`)))}`,
        ]),
    ...result.skipped.map(({ name, why }) => `not rendered: ${plain(name)} (${why})`),
    ...tools.map(it => `put ${it} on the PATH, or look at files as they are written only with --no-render`),
  ]
  const [first = '', ...notes] = lines
  return [first, ...notes.map(it => paint('yellow', it))].map(it => `${it}\n`).join('')
}

const mostListed = 8

function shortened(words: readonly string[]): readonly string[] {
  if (words.length <= mostListed) return words
  return [...words.slice(0, mostListed - 1), `${words.length - mostListed + 1} kinds more`]
}
