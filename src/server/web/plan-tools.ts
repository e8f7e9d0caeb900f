import { actionWords } from './change-panel.ts'
import { count } from '../../model/phrase.ts'
import type { DiffStyle } from './diff-view.ts'
import { actionFilters, type Filter, isFiltered, longestSearch } from './filter.ts'
import { type Html, html } from './html.ts'

interface Shown {
  readonly style: DiffStyle
  readonly filter: Filter
}

/** Works as a plain form; with script while one types. */
export function filterForm({ style, filter }: Shown, total: number): Html {
  const choice = (
    name: 'action' | 'risk' | 'origin',
    label: string,
    options: readonly (readonly [string, string])[],
  ): Html =>
    html`<label>${label} <select name="${name}"><option value="">all</option>${options.map(
      ([value, text]) =>
        html`<option value="${value}"${filter[name] === value && html` selected`}>${text}</option>`,
    )}</select></label>`
  return html`<form class="filter" role="search" method="get">
<input type="hidden" name="diff" value="${style}">
<label class="search">Search <input type="search" name="q" value="${filter.search}" maxlength="${longestSearch}" placeholder="name, kind, namespace, or text of a diff" autocomplete="off" spellcheck="false"></label>
${choice(
  'action',
  'Action',
  actionFilters.map(it => [it, actionWords[it]] as const),
)}
${choice('risk', 'Risk', [
  ['any', 'any risk'],
  ['medium', 'medium or high'],
  ['high', 'high'],
])}
${choice('origin', 'Because of', [
  ['pull-request', 'the pull request'],
  ['drift', 'drift'],
])}
<button class="button">Filter</button>
${isFiltered(filter) && html`<a href="?diff=${style}">Show all</a>`}
<output class="quiet" aria-live="polite"${isFiltered(filter) && html` data-filtered`}>${!isFiltered(filter) && count(total, 'object')}</output>
</form>`
}

export function styleSwitch({ style: current, filter }: Shown): Html {
  const { search, ...others } = filter
  const query = (style: DiffStyle): string => {
    const chosen = Object.entries({ q: search, ...others, diff: style }).filter(
      (it): it is [string, string] => it[1] !== null && it[1] !== '',
    )
    return `?${new URLSearchParams(chosen).toString()}`
  }
  const choice = (style: DiffStyle, label: string): Html =>
    style === current
      ? html`<strong aria-current="true">${label}</strong>`
      : html`<a href="${query(style)}">${label}</a>`
  return html`<nav class="switch" aria-label="How differences are shown">${choice('unified', 'Unified')}${choice('split', 'Side by side')}</nav>`
}

/** Shown by the script, without which the keys do nothing. */
export const keyHelp = html`<details class="keys" hidden><summary>Keys</summary>
<p><kbd>j</kbd> <kbd>k</kbd> next and previous object · <kbd>Enter</kbd> unfold or fold it · <kbd>e</kbd> unfold or fold all shown ·
<kbd>n</kbd> <kbd>p</kbd> next and previous application · <kbd>/</kbd> search · <kbd>?</kbd> this list</p>
<p><label><input type="checkbox" checked> Keys are on</label></p></details>`
