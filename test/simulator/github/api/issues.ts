import {
  editIssue,
  findOrCreateLabel,
  type IssueEdit,
  openIssue,
  setAssignees,
  setIssueState,
  setLabels,
} from '../actions/issues.ts'
import { invalid, notFound } from '../failure.ts'
import { issueDetail, issueShape } from '../shapes/issue.ts'
import { labelShape } from '../shapes/repository.ts'
import type { Issue, Repository, User } from '../state.ts'
import { findUser, type World } from '../world.ts'
import { type Call, created, type Handlers, issueOf, ok } from './call.ts'
import { listed } from './pages.ts'

export const issueHandlers: Handlers = {
  'issues/list-for-repo': call => {
    const { world, repository, query } = call
    const wanted = [...repository.issues.values()].filter(issue => matches(issue, query))
    return listed(call, sorted(wanted, query), issue => issueShape(world, issue))
  },
  'issues/get': call => ok(issueDetail(call.world, issueOf(call, call.path.issue_number))),
  'issues/create': async call => {
    const { world, repository, actor, body } = call
    const issue = await openIssue(world, repository, actor, {
      title: String(body.title),
      body: body.body ?? null,
      labels: labelNames(body.labels ?? []),
      assignees: users(world, body.assignees ?? []),
    })
    return created(issueDetail(world, issue))
  },
  'issues/update': async call => {
    const { world, actor, body } = call
    const issue = issueOf(call, call.path.issue_number)
    const edit: IssueEdit = {
      ...(body?.title == null ? {} : { title: String(body.title) }),
      ...(body?.body === undefined ? {} : { body: body.body }),
    }
    await editIssue(world, issue, actor, edit)
    if (body?.labels) await setLabels(world, issue, actor, labelNames(body.labels))
    if (body?.assignees) await setAssignees(world, issue, actor, users(world, body.assignees))
    if (body?.state)
      await setIssueState(world, issue, actor, { state: body.state, ...reasonOf(body.state_reason) })
    return ok(issueDetail(world, issue))
  },
  'issues/add-assignees': async call => {
    const { world, actor, body } = call
    const issue = issueOf(call, call.path.issue_number)
    const added = users(world, body?.assignees ?? [])
    await setAssignees(world, issue, actor, [...new Set([...issue.assignees, ...added])])
    return created(issueDetail(world, issue))
  },
  'issues/remove-assignees': async call => {
    const { world, actor, body } = call
    const issue = issueOf(call, call.path.issue_number)
    const removed = users(world, body?.assignees ?? [])
    await setAssignees(
      world,
      issue,
      actor,
      issue.assignees.filter(user => !removed.includes(user)),
    )
    return ok(issueDetail(world, issue))
  },
}

export const labelHandlers: Handlers = {
  'issues/list-labels-for-repo': call =>
    listed(call, call.repository.labels, label => labelShape(call.world, call.repository, label)),
  'issues/get-label': call =>
    ok(labelShape(call.world, call.repository, labelOf(call.repository, call.path.name))),
  'issues/create-label': call => {
    const { world, repository, body } = call
    if (repository.labels.some(label => label.name.toLowerCase() === body.name.toLowerCase())) {
      throw invalid('Label', 'name', 'already_exists')
    }
    const label = findOrCreateLabel(world, repository, body.name)
    label.color = body.color ?? label.color
    label.description = body.description ?? null
    return created(labelShape(world, repository, label))
  },
  'issues/list-labels-on-issue': call => {
    const issue = issueOf(call, call.path.issue_number)
    return listed(call, issue.labels, label => labelShape(call.world, call.repository, label))
  },
  'issues/add-labels': async call => {
    const issue = issueOf(call, call.path.issue_number)
    const names = [...issue.labels.map(label => label.name), ...namesIn(call.body)]
    await setLabels(call.world, issue, call.actor, names)
    return labelsOf(call.world, issue)
  },
  'issues/set-labels': async call => {
    const issue = issueOf(call, call.path.issue_number)
    await setLabels(call.world, issue, call.actor, namesIn(call.body))
    return labelsOf(call.world, issue)
  },
  'issues/remove-label': async call => {
    const issue = issueOf(call, call.path.issue_number)
    const gone = issue.labels.find(label => label.name.toLowerCase() === call.path.name.toLowerCase())
    if (!gone) throw notFound()
    const left = issue.labels.filter(label => label !== gone)
    await setLabels(
      call.world,
      issue,
      call.actor,
      left.map(label => label.name),
    )
    return labelsOf(call.world, issue)
  },
}

const labelsOf = (world: World, issue: Issue) =>
  ok(issue.labels.map(label => labelShape(world, issue.repository, label)))

function labelOf(repository: Repository, name: string) {
  const label = repository.labels.find(one => one.name.toLowerCase() === name.toLowerCase())
  if (!label) throw notFound()
  return label
}

type LabelInput = string | { readonly name?: string }

const labelNames = (labels: readonly LabelInput[]): string[] =>
  labels.flatMap(label => (typeof label === 'string' ? label : (label.name ?? [])))

/** The body may be the list itself, or hold it; one label may come bare. */
function namesIn(body: unknown): string[] {
  if (typeof body === 'string') return [body]
  if (Array.isArray(body)) return labelNames(body)
  return labelNames((body as { labels?: LabelInput[] } | undefined)?.labels ?? [])
}

/** Unknown people are left out in silence, as the documentation says. */
const users = (world: World, assignees: readonly (string | { readonly login?: string })[]): User[] =>
  assignees
    .map(one => (typeof one === 'string' ? one : (one.login ?? '')))
    .flatMap(login => findUser(world, login) ?? [])

function reasonOf(reason: string | null | undefined): { readonly reason?: Issue['stateReason'] } {
  const known = ['completed', 'reopened', 'not_planned'] as const
  const found = known.find(one => one === reason)
  return found ? { reason: found } : {}
}

type IssueQuery = Call<'issues/list-for-repo'>['query']

function matches(issue: Issue, query: IssueQuery): boolean {
  const { state = 'open', labels, creator, assignee, since } = query
  if (state !== 'all' && issue.state !== state) return false
  if (creator !== undefined && issue.user.login !== creator) return false
  if (assignee === 'none' && issue.assignees.length > 0) return false
  if (
    assignee &&
    assignee !== 'none' &&
    assignee !== '*' &&
    !issue.assignees.some(one => one.login === assignee)
  ) {
    return false
  }
  if (assignee === '*' && issue.assignees.length === 0) return false
  if (since !== undefined && issue.updatedAt < since) return false
  const wanted = (labels ?? '').split(',').filter(Boolean)
  return wanted.every(name =>
    issue.labels.some(label => label.name.toLowerCase() === name.trim().toLowerCase()),
  )
}

function sorted(issues: readonly Issue[], query: IssueQuery): Issue[] {
  const keys = {
    created: (issue: Issue) => issue.createdAt,
    updated: (issue: Issue) => issue.updatedAt,
    comments: (issue: Issue) => issue.comments.length,
  }
  const key = keys[query.sort ?? 'created']
  const ascending = [...issues].sort((a, b) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.number - b.number,
  )
  return query.direction === 'asc' ? ascending : ascending.toReversed()
}
