import { count } from '../../model/phrase.ts'
import type { Change, Plan, Risk, Severity } from '../../model/plan.ts'
import type { Paint, Style } from './colour.ts'
import { namedIn } from './change-words.ts'
import { plain } from './plain.ts'
import { padded, type Screen, wrapped } from './screen.ts'

const severities: Readonly<Record<Severity, Style>> = { high: 'red', medium: 'yellow', low: 'dim' }

/** What a reviewer should weigh, the gravest first: it stands at the end, where a terminal is read from. */
export function riskLines(plan: Plan, { paint }: Screen): readonly string[] {
  const risks = plan.changes.flatMap(change => change.risks.map(risk => ({ risk, change })))
  if (risks.length === 0) return []
  const ranked = (Object.keys(severities) as Severity[]).flatMap(severity =>
    risks.filter(it => it.risk.severity === severity),
  )
  return [
    paint('bold', 'Risks'),
    ...ranked.map(({ risk, change }) => {
      const label = padded(paint(severities[risk.severity], risk.severity), 'medium'.length)
      return `  ${label}  ${plain(risk.message)}${subjectText(risk, change, plan, paint)}`
    }),
  ]
}

/** The object, unless the sentence names it. */
function subjectText(risk: Risk, change: Change, plan: Plan, paint: Paint): string {
  const { kind, name } = namedIn(change, plan.namespace)
  return risk.message.includes(name) ? '' : paint('dim', `  ${kind} ${name}`)
}

/** Objects that cannot be planned: where each is written, why, and what to do next. */
export function errorLines(plan: Plan, { paint, width }: Screen): readonly string[] {
  const errors = plan.changes.flatMap(change => (change.error ? [{ change, error: change.error }] : []))
  if (errors.length === 0) return []
  return [
    paint('bold', 'Cannot be planned'),
    ...errors.flatMap(({ change, error }) => {
      const { kind, name } = namedIn(change, plan.namespace)
      const location = error.location ?? change.source
      const where =
        location && [location.file, location.line, location.column].filter(it => it != null).join(':')
      const subject = error.message.includes(name) ? '' : `${kind} ${name}: `
      const words = wrapped(plain(`${subject}${error.message.trim()}`), (width ?? usualWidth) - 4)
      return [
        ...(where ? [`  ${paint('cyan', plain(where))}`] : []),
        ...words.map(line => `    ${paint('red', line)}`),
        ...(error.hint ? [`    ${paint('dim', plain(error.hint))}`] : []),
      ]
    }),
  ]
}

const usualWidth = 120

/** `1 to create, 2 to update; 12 unchanged`; counts of zero are left out. */
export function summaryLine({ summary, changes, hooks = [] }: Plan, paint: Paint): string {
  const parts: readonly (readonly [number, string, Style])[] = [
    [summary.create, 'to create', 'green'],
    [summary.update, 'to update', 'yellow'],
    [summary.adopt, 'to adopt', 'cyan'],
    [summary.replace, 'to replace', 'magenta'],
    [summary.delete, 'to delete', 'red'],
    [summary.error, summary.error === 1 ? 'error' : 'errors', 'red'],
  ]
  const told = parts
    .filter(([amount]) => amount > 0)
    .map(([amount, words, style]) => paint(style, `${amount} ${words}`))
  const left = changes.filter(it => it.action === 'leave-behind').length
  const drifted = changes.filter(hasDrifted).length
  const rest = [
    ...(hooks.length > 0 ? [`${count(hooks.length, 'hook')} ${hooks.length === 1 ? 'runs' : 'run'}`] : []),
    ...(summary.unchanged > 0 ? [`${summary.unchanged} unchanged`] : []),
    ...(left > 0 ? [`${left} left alone`] : []),
    ...(drifted > 0 ? [paint('yellow', `${count(drifted, 'object')} had drifted`)] : []),
  ]
  return [told.join(', ') || paint('green', 'no changes'), ...rest].join(' · ')
}

function hasDrifted(change: Change): boolean {
  return change.origin !== 'pull-request' || change.fields.some(it => it.origin !== 'pull-request')
}
