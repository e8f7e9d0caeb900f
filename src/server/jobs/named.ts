import { type Application, applicationKey } from '../../model/application.ts'
import { closest } from '../../repository/closest.ts'
import { code } from '../report/escape.ts'
import { no, type Outcome } from './comment-outcome.ts'

interface Named {
  readonly application: Application
}

/**
 * Those that a person names: `guestbook`, or `guestbook@dev` where it is on several clusters; null names all. Otherwise a sentence that says
 * which names there are.
 */
export function named<T extends Named>(
  all: readonly T[],
  wanted: string | null,
  /** Whether one name may stand for the application on each of its clusters. */
  several: 'all' | 'ask',
): readonly T[] | Extract<Outcome, { readonly kind: 'no' }> {
  if (wanted === null) return all
  const exact = all.filter(it => applicationKey(it.application) === wanted)
  if (exact.length > 0) return exact
  const same = all.filter(it => it.application.name === wanted)
  if (same.length === 1 || (same.length > 1 && several === 'all')) return same
  if (same.length > 1) {
    return no(`${code(wanted)} is on several clusters, so say which: ${listOf(same.map(keyOf))}.`)
  }
  const names = [...new Set([...all.map(it => it.application.name), ...all.map(keyOf)])]
  const meant = closest(wanted.slice(0, 100), names, 3)
  if (meant !== null) return no(`No application of that name is touched here: did you mean ${code(meant)}?`)
  return no(`No application of that name is touched here: there is ${namesOf(all)}.`)
}

const mostNames = 10

function namesOf(all: readonly Named[]): string {
  return listOf([...new Set(all.map(it => it.application.name))])
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(code).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

function keyOf({ application }: Named): string {
  return applicationKey(application)
}
