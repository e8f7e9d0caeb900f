import { list } from '../../model/phrase.ts'
import { code, name, sentence, shorten } from './escape.ts'
import type { ApprovalView, OverlapView, PullRequestView } from './view.ts'

const maxLines = 10
const maxNamed = 5

/** What people and other pull requests have to do with a plan: one line each, empty when there is nothing to say. */
export function standingLines(view: PullRequestView): readonly string[] {
  // A check shows one application of several.
  const shown = new Set(view.applications.map(it => keyOf(it)))
  const clusters = new Set(view.applications.map(it => it.cluster))
  const overlaps = (view.overlaps ?? []).flatMap(it => {
    const applications = it.applications.filter(place => shown.has(keyOf(place)))
    return applications.length === 0 ? [] : [{ ...it, applications }]
  })
  const lines = [
    ...(view.approvals ?? []).filter(it => clusters.has(it.environment)).flatMap(approvalLines),
    ...overlaps.map(overlapLine),
  ]
  return lines.length <= maxLines
    ? lines
    : [...lines.slice(0, maxLines), `… and ${lines.length - maxLines} more of these`]
}

function keyOf(it: { readonly application: string; readonly cluster: string }): string {
  return `${it.application}@${it.cluster}`
}

/** People are named as code: nobody is notified. */
export function people(logins: readonly string[]): string {
  const named = logins.slice(0, maxNamed).map(it => code(`@${it}`))
  return logins.length > maxNamed ? `${named.join(', ')} and ${logins.length - maxNamed} more` : list(named)
}

function approvalLines(it: ApprovalView): readonly string[] {
  const { environment, wanted, risky, by, dropped } = it
  const command = code(`/plumbline approve ${environment}`)
  const needed = Math.max(wanted, risky ? 1 : 0)
  const isOpen = by.length < needed
  const so = by.length > 0 ? `${by.length} of ${needed}, by ${people(by)}` : null
  const after = dropped.map(login => `Approval by ${people([login])} dropped: the plan changed`)
  if (isOpen && wanted > 0) {
    const how = so ?? `${needed} ${needed === 1 ? 'person' : 'people'} other than the author`
    return [`${name(environment)} waits for approval (${how}): ${command}`, ...after]
  }
  if (isOpen) return [`The high risk on ${name(environment)} is not approved: ${command}`, ...after]
  return [...(by.length > 0 ? [`Approved for ${name(environment)} by ${people(by)}`] : []), ...after]
}

/** `3 of 4`, for titles. */
export function approvalsGiven({ wanted, risky, by }: ApprovalView): string {
  return `${by.length} of ${Math.max(wanted, risky ? 1 : 0)}`
}

function overlapLine({ number, title, applications, blocks }: OverlapView): string {
  const places = applications
    .slice(0, maxNamed)
    .map(it => `${code(shorten(it.application, 80))} on ${code(shorten(it.cluster, 80))}`)
  const rest = applications.length - places.length
  const what = rest > 0 ? `${places.join(', ')} and ${rest} more` : list(places)
  const verb = applications.length === 1 ? 'is' : 'are'
  const by = `#${number} (${sentence(shorten(title, 100))})`
  return blocks
    ? `${what} ${verb} locked by ${by}: this one waits until that is merged or closed, or for \`/plumbline unlock\``
    : `${what} ${verb} changed by ${by} as well; whichever merges second is planned again`
}
