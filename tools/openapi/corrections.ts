import type { Schema } from './to-json-schema.ts'

/**
 * Places where the published description contradicts both itself and what GitHub answers. Each says what is wrong, and is
 * written into the extraction, so that nobody takes the extraction for the description word by word.
 */
export interface Correction {
  readonly operation: string
  readonly status: string
  readonly why: string
  readonly schema: Schema
}

export const corrections: readonly Correction[] = [
  {
    operation: 'apps/list-installations',
    status: '200',
    why: 'demands an account that is a user and an enterprise at once; apps/get-installation has the right schema',
    schema: { type: 'array', items: { $ref: '#/components/installation' } },
  },
]

/** The same inside of a component. */
export interface ComponentCorrection {
  readonly component: string
  readonly at: readonly string[]
  readonly why: string
  readonly schema: Schema
}

const eventsOfSuite = ['properties', 'check_suite', 'properties', 'app', 'properties', 'events', 'items']

const eventsOfApp = ['properties', 'performed_via_github_app', 'properties', 'events', 'items']
const ofIssue = ['properties', 'issue', ...eventsOfApp]
const ofMergedIssue = ['properties', 'issue', 'allOf', '0', ...eventsOfApp]

/** Where the app that wrote an issue is told, each with another list of events, none of which has merge_group. */
const appOfIssue: readonly (readonly [string, readonly string[]])[] = [
  ['webhook-issue-comment-created', ofMergedIssue],
  ['webhook-issue-comment-deleted', ofMergedIssue],
  ['webhook-issue-comment-edited', ofMergedIssue],
  ['webhook-issues-closed', ofMergedIssue],
  ['webhook-issues-edited', ofIssue],
  ['webhook-issues-labeled', ofIssue],
  ['webhook-issues-opened', ['properties', 'changes', 'properties', 'old_issue', ...eventsOfApp]],
  ['webhook-issues-opened', ofIssue],
  ['webhook-issues-reopened', ofIssue],
  ['webhooks_issue', eventsOfApp],
]

export const componentCorrections: readonly ComponentCorrection[] = [
  ...appOfIssue.map(([component, at]) => ({
    component,
    at,
    why: 'knows fewer events of the app than webhook-check-suite-requested, such as merge_group',
    schema: { type: 'string' },
  })),
  {
    component: 'webhook-check-suite-rerequested',
    at: eventsOfSuite,
    why: 'knows fewer events of the app than webhook-check-suite-requested, such as merge_group',
    schema: { type: 'string' },
  },
]
