import assert from 'node:assert/strict'
import type { CheckRun, Comment, Issue, PullRequest } from '../simulator/github/state.ts'
import type { Story } from './step.ts'

/** Comments that the app wrote on a pull request or issue, oldest first. */
export function appComments(issue: Issue): readonly Comment[] {
  return issue.comments.filter(comment => comment.byApp)
}

/** The one comment of ours whose text holds `part`. Fails when there is none, or more than one. */
export function theComment(issue: Issue, part: string | RegExp): Comment {
  const found = appComments(issue).filter(it =>
    typeof part === 'string' ? it.body.includes(part) : part.test(it.body),
  )
  assert.equal(found.length, 1, `one comment with ${part} on #${issue.number}, among:\n${dump(issue)}`)
  return found[0]!
}

/** The newest check of a name at a pull request's head, completed. */
export function theCheck(story: Story, pull: PullRequest, name: string): CheckRun {
  const { simulator, repository } = story.stage.github
  const run = simulator.checkRuns(repository, pull.pull.headSha).findLast(it => it.name === name)
  assert.ok(run, `a check ${name} at ${pull.pull.headSha}`)
  assert.equal(run.status, 'completed', `the check ${name} is ${run.status}`)
  return run
}

/** Issues (not pull requests) with a label that the app opened. */
export function appIssues(story: Story, label: string): readonly Issue[] {
  return [...story.stage.github.repository.issues.values()].filter(
    issue => issue.byApp && !issue.pull && issue.labels.some(it => it.name === label),
  )
}

/** Where a pull request or issue is seen. */
export function addressOf(story: Story, issue: Issue): string {
  const { simulator } = story.stage.github
  return `${simulator.url}/acme/guestbook/${issue.pull ? 'pull' : 'issues'}/${issue.number}`
}

/** Where the newest comment of ours links to the whole plan. */
export function planPageOf(issue: Issue): string {
  const body = theComment(issue, '## Plumbline:').body
  const [, url] = /\[full diff\]\((http[^)#]*\/plans\/[^)#]+)\)/.exec(body) ?? []
  assert.ok(url, `a link to the full diff in:\n${body}`)
  return url
}

function dump(issue: Issue): string {
  return issue.comments.map(it => `--- ${it.user.login}\n${it.body}`).join('\n')
}
