import type { CheckAnnotation } from '../../forge/forge.ts'
import type { Problem, SourceLocation } from '../../model/problem.ts'
import { isPlanned } from './counts.ts'
import { shorten, visible } from './escape.ts'
import { distinct, list } from '../../model/phrase.ts'
import { objectNameInText } from './object-name.ts'
import type { ApplicationView } from './view.ts'

/** A check of GitHub takes more, fifty a request; nobody reads them. The summary and the page tell of all. */
export const maxAnnotations = 200

/** Everything to be said about one application on the lines of its manifests: what fails, then high risks. */
export function applicationAnnotations(view: ApplicationView): readonly CheckAnnotation[] {
  return [...failureAnnotations([view]), ...riskAnnotations(view)].slice(0, maxAnnotations)
}

export function definitionAnnotations(problems: readonly Problem[]): readonly CheckAnnotation[] {
  return problems.flatMap(problem => failure(problem, problem.location, titleOf(problem)))
}

/** Why applications cannot be planned, each reason once; a problem without a place is told in the summary only. */
export function failureAnnotations(views: readonly ApplicationView[]): readonly CheckAnnotation[] {
  const reasons = Map.groupBy(views.flatMap(reasonsOf), ({ scope: _scope, ...reason }) =>
    JSON.stringify(reason),
  )
  return [...reasons.values()].flatMap(same => {
    const [first] = same
    const scopes = distinct(same.map(it => it.scope))
    return first ? failure(first.problem, first.location, `${list(scopes)}: ${first.subject}`) : []
  })
}

interface Reason {
  /** `guestbook on dev`. */
  readonly scope: string
  readonly subject: string
  readonly problem: Problem
  readonly location: SourceLocation | null
}

function reasonsOf(view: ApplicationView): readonly Reason[] {
  const scope = `${view.application} on ${view.cluster}`
  if (view.status.kind === 'failed') {
    return view.status.problems.map(it => ({
      scope,
      subject: titleOf(it),
      problem: it,
      location: it.location,
    }))
  }
  if (!isPlanned(view)) return []
  return view.status.plan.changes.flatMap(({ id, error, source }) =>
    error ? { scope, subject: objectNameInText(id), problem: error, location: error.location ?? source } : [],
  )
}

function riskAnnotations(view: ApplicationView): readonly CheckAnnotation[] {
  if (!isPlanned(view)) return []
  return view.status.plan.changes.flatMap(({ id, risks, source }) => {
    if (!source) return []
    return risks
      .filter(risk => risk.severity === 'high')
      .map(
        (risk): CheckAnnotation => ({
          location: source,
          level: 'warning',
          title: plain(`${view.cluster}: ${objectNameInText(id)}`, maxTitle),
          message: plain(risk.message, maxMessage),
        }),
      )
  })
}

/** GitHub's limits are 255 characters and 64 KB. */
const maxTitle = 200
const maxMessage = 4000

function failure(problem: Problem, location: SourceLocation | null, title: string): CheckAnnotation[] {
  if (!location) return []
  const message = problem.hint ? `${problem.message}\n${problem.hint}` : problem.message
  return [{ location, level: 'failure', title: plain(title, maxTitle), message: plain(message, maxMessage) }]
}

/** `yaml-syntax` reads `yaml syntax`. */
function titleOf(problem: Problem): string {
  return problem.code.replaceAll('-', ' ')
}

/** Annotations are shown as plain text: only what cannot be seen needs care. */
function plain(text: string, limit: number): string {
  return shorten(visible(text), limit)
}
