import { describeIdentity, parseIdentity } from '../../model/identity.ts'
import type { Change, FieldChange, Plan } from '../../model/plan.ts'
import { formatProblem } from '../../model/problem.ts'
import { type Paint, paintDiff, type Style } from './colour.ts'

const signs: Readonly<Record<Change['action'], { sign: string; style: Style }>> = {
  create: { sign: '+', style: 'green' },
  update: { sign: '~', style: 'yellow' },
  adopt: { sign: '>', style: 'cyan' },
  replace: { sign: '±', style: 'red' },
  delete: { sign: '-', style: 'red' },
  'leave-behind': { sign: '·', style: 'dim' },
  error: { sign: '!', style: 'red' },
}

/** A plan for a terminal: headline, one block per change, risks, and a closing sentence. Ends without a line break. */
export function planText(plan: Plan, paint: Paint): string {
  const head = `${paint('bold', plan.application)} on ${paint('bold', plan.cluster)}, namespace ${plan.namespace}`
  if (plan.changes.length === 0)
    return `${head}: no changes (${plan.summary.unchanged} objects as they should be)`
  const blocks = plan.changes.map(change => indentedChange(change, paint))
  return [`${head}: ${summaryText(plan)}`, ...blocks].join('\n\n')
}

/** `1 to create, 2 to update`; counts of zero are left out. */
export function summaryText(plan: Plan): string {
  const { summary } = plan
  const counts: readonly (readonly [number, string])[] = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.adopt, 'to adopt'],
    [summary.replace, 'to replace'],
    [summary.delete, 'to delete'],
    [summary.error, summary.error === 1 ? 'error' : 'errors'],
    [plan.changes.filter(change => change.action === 'leave-behind').length, 'left behind'],
    [summary.unchanged, 'unchanged'],
  ]
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ')
}

/** For a terminal: the diff stands below its object, not beside its sign. */
export function indentedChange(change: Change, paint: Paint): string {
  return [...changeHead(change, paint), ...diffLines(change, paint).map(line => `    ${line}`)].join('\n')
}

export function changeText(change: Change, paint: Paint): string {
  return [...changeHead(change, paint), ...diffLines(change, paint)].join('\n')
}

function diffLines(change: Change, paint: Paint): readonly string[] {
  return change.diff ? paintDiff(change.diff.trimEnd(), paint).split('\n') : []
}

function changeHead(change: Change, paint: Paint): readonly string[] {
  const { sign, style } = signs[change.action]
  const where = change.source ? paint('dim', `  ${change.source.file}:${change.source.line ?? ''}`) : ''
  const origin = change.origin === 'pull-request' ? '' : paint('yellow', ` (${originText(change)})`)
  const lines = [
    `${paint(style, `${sign} ${describeIdentity(parseIdentity(change.id))}`)}, ${change.action}${origin}${where}`,
  ]
  if (change.note) lines.push(`  ${paint('dim', change.note)}`)
  if (change.error) lines.push(`  ${paint('red', formatProblem(change.error))}`)
  for (const risk of change.risks)
    lines.push(`  ${paint(risk.severity === 'high' ? 'red' : 'yellow', `! ${risk.message}`)}`)
  for (const field of change.fields) {
    if (field.origin !== 'pull-request') lines.push(`  ${paint('yellow', driftLine(field))}`)
  }
  return lines
}

function originText(change: Change): string {
  const moved = change.action === 'create' ? 'was deleted in the cluster' : 'drifted in the cluster'
  return change.origin === 'drift' ? moved : `changed in Git, and ${moved}`
}

/** `drift: /spec/replicas 5 -> 3 (kubectl-scale, 2026-11-20T17:02:00Z)` */
function driftLine(field: FieldChange): string {
  const who = [field.manager, field.managedAt].filter(Boolean).join(', ')
  return `drift: ${field.path} ${JSON.stringify(field.before)} -> ${JSON.stringify(field.after)}${who ? ` (${who})` : ''}`
}
