import type { Level } from '../state.ts'

/** A permission that an app needs, and whether a person needs to be able to write to the repository. */
export interface Need {
  /** Any one of these suffices. Undefined: nothing but to see the repository. */
  readonly anyOf: readonly { readonly permission: string; readonly level: Level }[]
  readonly person: 'read' | 'write'
}

const need = (person: Need['person'], ...anyOf: readonly string[]): Need => ({
  person,
  anyOf: anyOf.map(one => {
    const [permission = '', level = 'read'] = one.split('=')
    return { permission, level: level as Level }
  }),
})

const readIssues = need('read', 'issues=read', 'pull_requests=read')
// Whoever may read may open issues, comment and react; labels and assignees are for those who may write.
const speak = need('read', 'issues=write', 'pull_requests=write')
const organise = need('write', 'issues=write', 'pull_requests=write')
const readPulls = need('read', 'pull_requests=read')
const writePulls = need('write', 'pull_requests=write')
const readContents = need('read', 'contents=read')
const writeContents = need('write', 'contents=write')
const readChecks = need('read', 'checks=read')
const writeChecks = need('write', 'checks=write')
const readStatuses = need('read', 'statuses=read')
const readDeployments = need('read', 'deployments=read')
const writeDeployments = need('write', 'deployments=write')
const metadata = need('read', 'metadata=read')

/** By operationId, from GitHub's page "Permissions required for GitHub Apps". */
export const needs: Readonly<Record<string, Need>> = {
  'repos/get': metadata,
  'repos/list-branches': readContents,
  'repos/get-branch': readContents,
  'repos/list-commits': readContents,
  'repos/get-commit': readContents,
  'repos/compare-commits-with-basehead': readContents,
  'repos/list-pull-requests-associated-with-commit': readPulls,
  'repos/get-content': readContents,
  'repos/create-or-update-file-contents': writeContents,
  'repos/get-collaborator-permission-level': metadata,
  'repos/create-commit-status': need('write', 'statuses=write'),
  'repos/list-commit-statuses-for-ref': readStatuses,
  'repos/get-combined-status-for-ref': readStatuses,
  'repos/create-deployment': writeDeployments,
  'repos/list-deployments': readDeployments,
  'repos/get-deployment': readDeployments,
  'repos/create-deployment-status': writeDeployments,
  'repos/list-deployment-statuses': readDeployments,
  'git/get-ref': readContents,
  'git/list-matching-refs': readContents,
  'git/create-ref': writeContents,
  'git/update-ref': writeContents,
  'git/delete-ref': writeContents,
  'git/get-tree': readContents,
  'git/create-tree': writeContents,
  'git/get-blob': readContents,
  'git/create-blob': writeContents,
  'git/get-commit': readContents,
  'git/create-commit': writeContents,
  'pulls/list': readPulls,
  'pulls/create': writePulls,
  'pulls/get': readPulls,
  'pulls/update': writePulls,
  'pulls/merge': writeContents,
  'pulls/check-if-merged': readContents,
  'pulls/list-files': readPulls,
  'pulls/list-commits': readPulls,
  'issues/list-for-repo': readIssues,
  'issues/create': need('read', 'issues=write'),
  'issues/get': readIssues,
  'issues/update': organise,
  'issues/add-labels': organise,
  'issues/set-labels': organise,
  'issues/remove-label': organise,
  'issues/list-labels-on-issue': readIssues,
  'issues/list-labels-for-repo': readIssues,
  'issues/create-label': organise,
  'issues/get-label': readIssues,
  'issues/add-assignees': organise,
  'issues/remove-assignees': organise,
  'issues/list-comments': readIssues,
  'issues/create-comment': speak,
  'issues/get-comment': readIssues,
  'issues/update-comment': speak,
  'issues/delete-comment': speak,
  'issues/list-comments-for-repo': readIssues,
  'reactions/list-for-issue': readIssues,
  'reactions/create-for-issue': speak,
  'reactions/delete-for-issue': speak,
  'reactions/list-for-issue-comment': readIssues,
  'reactions/create-for-issue-comment': speak,
  'reactions/delete-for-issue-comment': speak,
  'checks/create': writeChecks,
  'checks/get': readChecks,
  'checks/update': writeChecks,
  'checks/list-for-ref': readChecks,
  'checks/list-annotations': readChecks,
  'checks/rerequest-run': writeChecks,
  'checks/get-suite': readChecks,
  'checks/list-suites-for-ref': readChecks,
}
