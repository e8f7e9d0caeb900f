import { z } from 'zod'
import type { RepositoryRef } from '../../model/repository.ts'
import type { ForgeEvent } from '../forge.ts'
import { attemptIn } from './checks.ts'

const repository = z.object({ full_name: z.string(), clone_url: z.url() })
/** Of a check's pull requests each may be into another repository: forks have the same commits, and numbers of their own. */
const repositoryWithId = repository.extend({ id: z.number() })
const account = z.object({ login: z.string(), type: z.string() })
const pullRequests = z
  .array(z.object({ number: z.number(), base: z.object({ repo: z.object({ id: z.number() }) }) }))
  .default([])

const pullRequestPayload = z.object({
  action: z.string(),
  number: z.number(),
  pull_request: z.object({
    merged: z.boolean().nullish(),
    head: z.object({ sha: z.string() }).nullish(),
  }),
  changes: z.object({ base: z.unknown().optional() }).optional(),
  sender: account.nullish(),
  repository,
})

const pushPayload = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  deleted: z.boolean(),
  sender: account.nullish(),
  repository,
})

const commentPayload = z.object({
  action: z.string(),
  issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }),
  comment: z.object({
    id: z.number(),
    body: z.string(),
    user: account.nullable(),
    created_at: z.string(),
  }),
  sender: account.nullish(),
  repository,
})

const checkRunPayload = z.object({
  action: z.string(),
  check_run: z.object({
    head_sha: z.string(),
    external_id: z.string().nullish(),
    pull_requests: pullRequests,
  }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
  sender: account,
  repository: repositoryWithId,
})

const checkSuitePayload = z.object({
  action: z.string(),
  check_suite: z.object({ head_sha: z.string(), pull_requests: pullRequests }),
  sender: account,
  repository: repositoryWithId,
})

const mergeGroupPayload = z.object({
  action: z.string(),
  merge_group: z.object({
    head_sha: z.string(),
    head_ref: z.string(),
    base_sha: z.string(),
    base_ref: z.string(),
  }),
  repository,
})

const issuePayload = z.object({
  action: z.string(),
  issue: z.object({ number: z.number(), pull_request: z.unknown().optional() }),
  repository,
})

const repositoryPayload = z.object({ action: z.string(), repository })

const installationPayload = z.object({
  action: z.string(),
  installation: z.object({ html_url: z.url() }),
})

const ignored: ForgeEvent = { kind: 'ignored' }

/**
 * What a GitHub webhook says, `name` being its X-GitHub-Event. Throws ZodError when a payload that we read has not its
 * published shape. Edited and deleted comments and those of bots are ignored: they command nothing.
 */
export function eventFrom(name: string, payload: unknown): ForgeEvent {
  switch (name) {
    case 'pull_request':
      return pullRequestEvent(pullRequestPayload.parse(payload))
    case 'push':
      return pushEvent(pushPayload.parse(payload))
    case 'issue_comment':
      return commentEvent(payload)
    case 'check_run':
      return checkRunEvent(payload)
    case 'check_suite':
      return checkSuiteEvent(payload)
    case 'merge_group':
      return mergeGroupEvent(payload)
    case 'issues':
      return issueEvent(payload)
    case 'repository':
      return repositoryEvent(payload)
    case 'installation':
    case 'installation_repositories':
      return installationEvent(name, payload)
    default:
      return ignored
  }
}

/** `edited` is a change of the plan only when the pull request now merges into another branch. */
const changing = new Set(['opened', 'synchronize', 'reopened', 'ready_for_review'])

function pullRequestEvent(it: z.infer<typeof pullRequestPayload>): ForgeEvent {
  const about = { repository: refFrom(it.repository), number: it.number }
  if (it.action === 'closed') {
    return { kind: 'pull-request-closed', ...about, merged: it.pull_request.merged ?? false }
  }
  const movedBase = it.action === 'edited' && it.changes?.base !== undefined
  if (!changing.has(it.action) && !movedBase) return ignored
  const { sender, pull_request: pull } = it
  if (it.action !== 'synchronize' || !pull.head || !sender) return { kind: 'pull-request-changed', ...about }
  return { kind: 'pull-request-changed', ...about, pushed: { head: pull.head.sha, by: sender.login } }
}

function pushEvent(it: z.infer<typeof pushPayload>): ForgeEvent {
  const branch = /^refs\/heads\/(.+)$/.exec(it.ref)?.[1]
  if (!branch || it.deleted) return ignored
  return {
    kind: 'pushed',
    repository: refFrom(it.repository),
    branch,
    before: it.before,
    after: it.after,
    ...(it.sender ? { by: it.sender.login } : {}),
  }
}

function commentEvent(payload: unknown): ForgeEvent {
  const { action, comment, issue, repository, sender } = commentPayload.parse(payload)
  const isTouched = action === 'edited' || action === 'deleted'
  if (isTouched && comment.user?.type === 'Bot' && sender?.login !== comment.user.login) {
    const about = { repository: refFrom(repository), number: issue.number }
    return { kind: 'comment-touched', ...about, commentId: String(comment.id) }
  }
  if (action !== 'created' || !comment.user || comment.user.type === 'Bot') return ignored
  return {
    kind: 'commented',
    repository: refFrom(repository),
    number: issue.number,
    onPullRequest: issue.pull_request != null,
    commentId: String(comment.id),
    author: comment.user.login,
    body: comment.body,
    at: comment.created_at,
  }
}

function checkRunEvent(payload: unknown): ForgeEvent {
  const it = checkRunPayload.parse(payload)
  const action =
    it.action === 'rerequested'
      ? ('rerun' as const)
      : it.action === 'requested_action'
        ? buttons.find(button => button === it.requested_action?.identifier)
        : undefined
  if (!action) return ignored
  const attempt = attemptIn(it.check_run.external_id)
  return {
    kind: 'check-action',
    repository: refFrom(it.repository),
    revision: it.check_run.head_sha,
    pullRequests: numbersInto(it.repository, it.check_run.pull_requests),
    action,
    by: it.sender.login,
    ...(attempt === undefined ? {} : { attempt }),
  }
}

/** Identifiers of the actions that our checks offer. */
const buttons = ['approve', 'plan'] as const

function checkSuiteEvent(payload: unknown): ForgeEvent {
  const it = checkSuitePayload.parse(payload)
  if (it.action !== 'rerequested') return ignored
  return {
    kind: 'check-action',
    repository: refFrom(it.repository),
    revision: it.check_suite.head_sha,
    pullRequests: numbersInto(it.repository, it.check_suite.pull_requests),
    action: 'rerun',
    by: it.sender.login,
  }
}

function numbersInto(
  { id }: { readonly id: number },
  pulls: z.infer<typeof pullRequests>,
): readonly number[] {
  return pulls.filter(it => it.base.repo.id === id).map(it => it.number)
}

/** `destroyed` says that the group was merged, or that its checks are wanted no more. */
function mergeGroupEvent(payload: unknown): ForgeEvent {
  const { action, merge_group: group, repository } = mergeGroupPayload.parse(payload)
  const baseRef = /^refs\/heads\/(.+)$/.exec(group.base_ref)?.[1]
  if (!baseRef) return ignored
  const about = { repository: refFrom(repository), head: group.head_sha }
  if (action === 'destroyed') return { kind: 'merge-group-gone', ...about }
  if (action !== 'checks_requested') return ignored
  const headRef = group.head_ref.replace(/^refs\/heads\//, '')
  return { kind: 'merge-group', ...about, headRef, base: group.base_sha, baseRef }
}

function issueEvent(payload: unknown): ForgeEvent {
  const { action, issue, repository } = issuePayload.parse(payload)
  if (issue.pull_request != null || (action !== 'closed' && action !== 'reopened')) return ignored
  return {
    kind: 'issue-changed',
    repository: refFrom(repository),
    number: issue.number,
    state: action === 'closed' ? 'closed' : 'open',
  }
}

/** Whatever became of it is read again. A new one is told by its installation. */
function repositoryEvent(payload: unknown): ForgeEvent {
  const it = repositoryPayload.parse(payload)
  return it.action === 'created' ? ignored : { kind: 'repository-moved', repository: refFrom(it.repository) }
}

function installationEvent(name: string, payload: unknown): ForgeEvent {
  const { action, installation } = installationPayload.parse(payload)
  return {
    kind: 'installation-changed',
    host: new URL(installation.html_url).host,
    why: `${name}.${action}`,
  }
}

function refFrom({ full_name, clone_url }: z.infer<typeof repository>): RepositoryRef {
  return { forge: 'github', host: new URL(clone_url).host, fullName: full_name, cloneUrl: clone_url }
}
