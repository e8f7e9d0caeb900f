import { ApiFailure, invalid } from '../failure.ts'
import { issueDetail } from '../shapes/issue.ts'
import { pullDetail } from '../shapes/pull.ts'
import { labelShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { type Issue, isPullRequest, type Label, type Pull, type Repository, type User } from '../state.ts'
import type { World } from '../world.ts'
import { type Actor, touch } from './actor.ts'

/** The longest body of a comment, an issue or a pull request. */
const maxBodyLength = 65_536

export function checkBody(body: string | null | undefined, resource = 'Issue'): void {
  if ((body ?? '').length <= maxBodyLength) return
  throw invalid(resource, 'body', 'custom', `body is too long (maximum is ${maxBodyLength} characters)`)
}

export interface IssueInput {
  readonly title: string
  readonly body?: string | null
  readonly labels?: readonly string[]
  readonly assignees?: readonly User[]
}

export async function openIssue(
  world: World,
  repository: Repository,
  actor: Actor,
  input: IssueInput,
): Promise<Issue> {
  const issue = addIssue(world, repository, actor, input)
  await issueEvent(world, issue, actor, { action: 'opened' })
  for (const label of issue.labels) await issueEvent(world, issue, actor, { action: 'labeled', label })
  for (const assignee of issue.assignees)
    await issueEvent(world, issue, actor, { action: 'assigned', assignee })
  return issue
}

/** Gives the next number to an issue, or with `pull` to a pull request, without an event. */
export function addIssue(
  world: World,
  repository: Repository,
  actor: Actor,
  input: IssueInput & { readonly pull?: Pull },
): Issue {
  if (input.title.trim() === '') throw invalid('Issue', 'title', 'missing_field')
  if (input.title.length > 256)
    throw invalid('Issue', 'title', 'custom', 'title is too long (maximum is 256 characters)')
  checkBody(input.body)
  const now = touch(world, repository)
  const issue: Issue = {
    id: world.nextId(),
    number: repository.issues.size + 1,
    repository,
    user: actor.user,
    byApp: actor.byApp,
    title: input.title,
    body: input.body ?? null,
    state: 'open',
    stateReason: null,
    labels: (input.labels ?? []).map(name => findOrCreateLabel(world, repository, name)),
    assignees: [...(input.assignees ?? [])],
    comments: [],
    timeline: [],
    reactions: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: input.pull,
  }
  repository.issues.set(issue.number, issue)
  return issue
}

/** Labels that do not exist yet are made, as GitHub does for those who may write. */
export function findOrCreateLabel(world: World, repository: Repository, name: string): Label {
  const found = repository.labels.find(label => label.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  const label: Label = { id: world.nextId(), name, color: 'ededed', description: null }
  repository.labels.push(label)
  return label
}

export interface IssueEdit {
  readonly title?: string
  readonly body?: string | null
}

export async function editIssue(world: World, issue: Issue, actor: Actor, edit: IssueEdit): Promise<void> {
  checkBody(edit.body)
  const changes: Record<string, { from: string | null }> = {}
  if (edit.title !== undefined && edit.title !== issue.title) changes['title'] = { from: issue.title }
  if (edit.body !== undefined && edit.body !== issue.body) changes['body'] = { from: issue.body ?? '' }
  if (Object.keys(changes).length === 0) return
  issue.title = edit.title ?? issue.title
  issue.body = edit.body === undefined ? issue.body : edit.body
  issue.updatedAt = touch(world, issue.repository)
  await issueEvent(world, issue, actor, { action: 'edited', changes })
}

export async function setIssueState(
  world: World,
  issue: Issue,
  actor: Actor,
  to: { readonly state: 'open' | 'closed'; readonly reason?: Issue['stateReason'] },
): Promise<void> {
  if (issue.state === to.state) return
  if (issue.pull?.mergedAt)
    throw invalid('PullRequest', 'state', 'invalid', 'a merged pull request cannot be reopened')
  const now = touch(world, issue.repository)
  const closed = to.state === 'closed'
  issue.state = to.state
  issue.updatedAt = now
  issue.closedAt = closed ? now : null
  issue.closedBy = closed ? actor.user : null
  issue.stateReason = issue.pull ? null : (to.reason ?? (closed ? 'completed' : 'reopened'))
  await issueEvent(world, issue, actor, { action: closed ? 'closed' : 'reopened' })
}

export async function setLabels(
  world: World,
  issue: Issue,
  actor: Actor,
  names: readonly string[],
): Promise<void> {
  const wanted = [...new Set(names.map(name => findOrCreateLabel(world, issue.repository, name)))]
  const added = wanted.filter(label => !issue.labels.includes(label))
  const removed = issue.labels.filter(label => !wanted.includes(label))
  if (added.length + removed.length === 0) return
  issue.labels = wanted
  issue.updatedAt = touch(world, issue.repository)
  for (const label of added) await issueEvent(world, issue, actor, { action: 'labeled', label })
  for (const label of removed) await issueEvent(world, issue, actor, { action: 'unlabeled', label })
}

export async function setAssignees(
  world: World,
  issue: Issue,
  actor: Actor,
  users: readonly User[],
): Promise<void> {
  if (users.length > 10) throw new ApiFailure(422, 'An issue has at most 10 assignees')
  const added = users.filter(user => !issue.assignees.includes(user))
  const removed = issue.assignees.filter(user => !users.includes(user))
  if (added.length + removed.length === 0) return
  issue.assignees = [...users]
  issue.updatedAt = touch(world, issue.repository)
  for (const assignee of added) await issueEvent(world, issue, actor, { action: 'assigned', assignee })
  for (const assignee of removed) await issueEvent(world, issue, actor, { action: 'unassigned', assignee })
}

interface IssueEvent {
  readonly action: string
  readonly label?: Label
  readonly assignee?: User
  readonly changes?: Readonly<Record<string, unknown>>
}

/** Writes into the issue's page what happened. */
export function note(
  world: World,
  issue: Issue,
  actor: Actor,
  what: { readonly action: string; readonly detail: string },
): void {
  const at = touch(world, issue.repository)
  issue.timeline.push({ id: world.nextId(), actor: actor.user, ...what, at })
}

/** An event about an issue, or about the pull request that it is. */
export async function issueEvent(world: World, issue: Issue, actor: Actor, event: IssueEvent): Promise<void> {
  const { action, label, assignee, changes } = event
  if (action !== 'opened' && !(action === 'closed' && issue.pull?.mergedAt)) {
    note(world, issue, actor, { action, detail: label?.name ?? assignee?.login ?? '' })
  }
  const more = {
    ...(label ? { label: labelShape(world, issue.repository, label) } : {}),
    ...(assignee ? { assignee: userShape(world, assignee) } : {}),
    ...(changes ? { changes } : {}),
  }
  const subject = isPullRequest(issue)
    ? { number: issue.number, pull_request: await pullDetail(world, issue) }
    : { issue: issueDetail(world, issue) }
  world.events({
    name: isPullRequest(issue) ? 'pull_request' : 'issues',
    action,
    sender: actor.user,
    repository: issue.repository,
    payload: { ...subject, ...more },
  })
}
