import { formatProblem, type Problem } from '../../model/problem.ts'
import { count } from '../../model/phrase.ts'
import { type Html, html } from './html.ts'

export function problems(title: string, list: readonly Problem[]): Html {
  return html`<div class="problems"><h3>${title}</h3><ul>${list.map(it => html`<li><pre>${formatProblem(it)}</pre></li>`)}</ul></div>`
}

/** Of the whole plan, for the page's end. */
export function found(shown: number, total: number): Html {
  return html`<p class="found">${shown === 0 ? 'No object matches' : `${shown} of ${count(total, 'object')} ${shown === 1 ? 'matches' : 'match'}`}.</p>`
}
