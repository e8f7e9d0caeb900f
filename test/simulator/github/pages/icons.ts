import type { CheckConclusion, CheckRun, CommitStatus, DeploymentStatus, Issue } from '../state.ts'
import { type Html, html, trusted } from './html.ts'

const strokes = {
  check: '<path d="M3.5 8.5 6.5 11.5 12.5 5"/>',
  cross: '<path d="M4.5 4.5l7 7M11.5 4.5l-7 7"/>',
  dot: '<circle cx="8" cy="8" r="3" fill="currentColor"/>',
  dash: '<path d="M4 8h8"/>',
  bang: '<path d="M8 4v5M8 11.6v.2"/>',
  branch:
    '<circle cx="4.5" cy="3.8" r="1.6"/><circle cx="4.5" cy="12.2" r="1.6"/><circle cx="11.5" cy="12.2" r="1.6"/><path d="M4.5 5.4v5.2M11.5 10.6V7.5c0-1.9-1-2.9-2.9-2.9H8"/>',
  merge:
    '<circle cx="4.5" cy="3.8" r="1.6"/><circle cx="4.5" cy="12.2" r="1.6"/><circle cx="11.5" cy="8.6" r="1.6"/><path d="M4.5 5.4v5.2M4.7 5.6c.5 2 2.2 3 5.2 3"/>',
  issue: '<circle cx="8" cy="8" r="5.6"/><circle cx="8" cy="8" r="1.2" fill="currentColor"/>',
  rocket:
    '<path d="M8 1.8c2.5 1.6 3.3 4.4 2.6 8H5.4c-.7-3.6.1-6.4 2.6-8zM5.4 9.8 3.6 12v1.6l2.2-1M10.6 9.8l1.8 2.2v1.6l-2.2-1M8 12v2"/>',
  tag: '<path d="M2.5 2.5h5l6 6-5 5-6-6z"/><circle cx="5.3" cy="5.3" r=".8" fill="currentColor"/>',
  pencil: '<path d="M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z"/>',
  commit: '<circle cx="8" cy="8" r="2.6"/><path d="M1.5 8h3.9M10.6 8h3.9"/>',
  file: '<path d="M4 1.8h5l3 3v9.4H4zM9 1.8v3h3"/>',
  eyes: '<ellipse cx="4.8" cy="8" rx="2.8" ry="4"/><ellipse cx="11.2" cy="8" rx="2.8" ry="4"/><circle cx="5.6" cy="9" r="1.1" fill="currentColor"/><circle cx="12" cy="9" r="1.1" fill="currentColor"/>',
  thumbUp:
    '<path d="M2.2 7.2h2.3v6H2.2zM4.5 7.6 7.6 2c1.3.3 1.7 1.3 1.4 2.6L8.6 6.6h3.6c1 0 1.6.8 1.4 1.8l-.8 3.6c-.2.8-.7 1.2-1.5 1.2H4.5"/>',
  thumbDown:
    '<path d="M2.2 8.8h2.3v-6H2.2zM4.5 8.4 7.6 14c1.3-.3 1.7-1.3 1.4-2.6l-.4-2h3.6c1 0 1.6-.8 1.4-1.8l-.8-3.6c-.2-.8-.7-1.2-1.5-1.2H4.5"/>',
  heart:
    '<path d="M8 13.4C3.6 10.3 2 8.2 2 5.9 2 4.100 3.300 2.900 4.900 2.900c1.200 0 2.300.600 3.100 1.800.8-1.200 1.900-1.800 3.100-1.800 1.600 0 2.900 1.200 2.900 3 0 2.300-1.600 4.400-6 7.500z"/>',
  folder: '<path d="M1.8 3.5h4.4l1.4 1.6h6.6v7.6H1.8z"/>',
} as const

export type IconName = keyof typeof strokes

export const icon = (name: IconName): Html =>
  trusted(
    `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${strokes[name]}</svg>`,
  )

const badge = (tone: string, name: IconName, title: string): Html =>
  html`<span class="mark ${tone}" title="${title}">${icon(name)}</span>`

const conclusions: Readonly<Record<CheckConclusion, readonly [tone: string, icon: IconName]>> = {
  success: ['good', 'check'],
  failure: ['bad', 'cross'],
  timed_out: ['bad', 'cross'],
  action_required: ['warn', 'bang'],
  neutral: ['dull', 'dash'],
  skipped: ['dull', 'dash'],
  cancelled: ['dull', 'dash'],
}

export function checkMark(run: Pick<CheckRun, 'status' | 'conclusion'>): Html {
  if (run.conclusion === null) return badge('busy', 'dot', run.status.replace('_', ' '))
  const [tone, name] = conclusions[run.conclusion]
  return badge(tone, name, run.conclusion.replace('_', ' '))
}

export function statusMark(state: CommitStatus['state'] | DeploymentStatus['state']): Html {
  if (state === 'success') return badge('good', 'check', state)
  if (state === 'failure' || state === 'error') return badge('bad', 'cross', state)
  return state === 'inactive' ? badge('dull', 'dash', state) : badge('busy', 'dot', state.replace('_', ' '))
}

/** Open, closed, merged or draft, as a coloured badge. */
export function stateBadge(issue: Issue): Html {
  const { pull } = issue
  if (pull?.mergedAt) return html`<span class="state merged">${icon('merge')} Merged</span>`
  if (issue.state === 'closed')
    return html`<span class="state ${pull ? 'closed' : 'done'}">${icon(pull ? 'branch' : 'check')} Closed</span>`
  if (pull?.draft) return html`<span class="state draft">${icon('branch')} Draft</span>`
  return html`<span class="state open">${icon(pull ? 'branch' : 'issue')} Open</span>`
}
