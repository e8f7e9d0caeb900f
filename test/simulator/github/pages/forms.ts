import { asUser } from '../actions/actor.ts'
import { findRun, requestAction, rerequestRun } from '../actions/checks.ts'
import { addComment } from '../actions/comments.ts'
import { openIssue, setIssueState } from '../actions/issues.ts'
import { mergePull } from '../actions/merge.ts'
import { openPull, setDraft } from '../actions/pulls.ts'
import { commitFiles } from '../actions/push.ts'
import { canWrite } from '../auth/principal.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { fullName, isPullRequest, type Issue, type Repository, type User } from '../state.ts'
import type { World } from '../world.ts'

/** One form that a person sent, on a repository. */
export interface Submission {
  readonly world: World
  readonly user: User
  readonly repository: Repository
  /** The path below the repository: `issues/3/comment`. */
  readonly action: string
  readonly fields: URLSearchParams
}

/** Does what the form asks, in the person's name. Resolves with where to go, if not back. */
export async function submit(form: Submission): Promise<string | undefined> {
  const [section, id = '', verb] = form.action.split('/')
  if (section === 'issues' && id === '') return await newIssue(form)
  if (section === 'edit') return await proposeEdit(form)
  if (section === 'issues' && verb === 'comment') await comment(form, issueOf(form, id))
  else if (section === 'pull') await changePull(form, issueOf(form, id), verb)
  else if (section === 'runs') changeRun(form, Number(id), verb)
  else throw notFound()
  return undefined
}

const field = (form: Submission, name: string): string =>
  (form.fields.get(name) ?? '').replaceAll('\r\n', '\n')

function issueOf({ repository }: Submission, id: string): Issue {
  const issue = repository.issues.get(Number(id))
  if (!issue) throw notFound()
  return issue
}

function requireWrite({ repository, user }: Submission): void {
  if (!canWrite(repository, user))
    throw new ApiFailure(403, `${user.login} cannot write to ${fullName(repository)}.`)
}

async function newIssue(form: Submission): Promise<string> {
  const input = { title: field(form, 'title'), body: field(form, 'body') || null }
  const issue = await openIssue(form.world, form.repository, asUser(form.user), input)
  return `/${fullName(form.repository)}/issues/${issue.number}`
}

async function comment(form: Submission, issue: Issue): Promise<void> {
  const { world, user } = form
  const body = field(form, 'body')
  const turn = form.fields.get('turn')
  if (body.trim() !== '' || turn === null) addComment(world, issue, asUser(user), body)
  if (turn !== 'open' && turn !== 'closed') return
  if (issue.user !== user) requireWrite(form)
  await setIssueState(world, issue, asUser(user), { state: turn })
}

async function changePull(form: Submission, issue: Issue, verb: string | undefined): Promise<void> {
  const { world, user, repository } = form
  if (!isPullRequest(issue)) throw notFound()
  requireWrite(form)
  if (verb === 'draft') await setDraft(world, issue, asUser(user), field(form, 'draft') === 'yes')
  else if (verb === 'merge') await world.exclusively(repository, () => mergePull(world, issue, asUser(user)))
  else throw notFound()
}

function changeRun(form: Submission, id: number, verb: string | undefined): void {
  const { world, user, repository } = form
  const run = findRun(repository, id)
  if (!run) throw notFound()
  requireWrite(form)
  if (verb === 'action') requestAction(world, asUser(user), { repository, run }, field(form, 'identifier'))
  else if (verb === 'rerequest') rerequestRun(world, asUser(user), { repository, run })
  else throw notFound()
}

async function proposeEdit(form: Submission): Promise<string> {
  const { world, user, repository } = form
  requireWrite(form)
  const title = field(form, 'title')
  const slug = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40)
  const branch = `${user.login}/${slug || 'edit'}-${repository.issues.size + 1}`
  const files = { [field(form, 'path')]: field(form, 'content') }
  const issue = await world.exclusively(repository, async () => {
    await commitFiles(world, repository, asUser(user), { branch, files, message: `${title}\n` })
    const input = { title, body: field(form, 'body') || null, head: branch, base: repository.defaultBranch }
    return await openPull(world, repository, asUser(user), input)
  })
  return `/${fullName(repository)}/pull/${issue.number}`
}
