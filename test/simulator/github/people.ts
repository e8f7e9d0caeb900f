import { join } from 'node:path'
import { type Actor, asUser } from './actions/actor.ts'
import {
  archiveRepository,
  deleteRepository,
  renameRepository,
  setPermissions,
  suspend,
  transferRepository,
  uninstall,
} from './actions/administration.ts'
import { requestAction, rerequestRun, rerequestSuite } from './actions/checks.ts'
import { addComment, deleteComment, editComment } from './actions/comments.ts'
import { changeInstallation, type InstallInput, installApp } from './actions/installations.ts'
import { editIssue, type IssueEdit, openIssue, setIssueState, setLabels } from './actions/issues.ts'
import { type MergeInput, mergePull } from './actions/merge.ts'
import { dropGroup, type MergeGroup, queueGroup } from './actions/merge-queue.ts'
import { openPull, type PullInput, reopenPull, setBase, setDraft } from './actions/pulls.ts'
import { type CommitRequest, commitFiles } from './actions/push.ts'
import { commitTree, initRepository, treeWith, updateRef } from './git/repository.ts'
import { runGit } from './git/run-git.ts'
import {
  type CheckRun,
  type Comment,
  type Installation,
  type Issue,
  isPullRequest,
  type Permissions,
  type PullRequest,
  type Repository,
  type Role,
  type User,
} from './state.ts'
import { findUser, initialLabels, timestamp, type World } from './world.ts'

export interface NewRepository {
  readonly owner: User
  readonly name: string
  readonly description?: string
  /** Default true. */
  readonly private?: boolean
  /** Default `main`. */
  readonly defaultBranch?: string
  /** The first commit. Default: one README. */
  readonly files?: Readonly<Record<string, string>>
  readonly collaborators?: Readonly<Record<string, Role>>
}

/** What people do, as they do it from the pages: the same actions as by REST, in the name of a user. */
export interface People {
  readonly createUser: (
    login: string,
    more?: { readonly name?: string; readonly type?: 'User' | 'Organization' },
  ) => User
  readonly createRepository: (input: NewRepository) => Promise<Repository>
  readonly forkRepository: (source: Repository, owner: User) => Promise<Repository>
  readonly installApp: (input: InstallInput) => Installation
  readonly addRepositories: (installation: Installation, repositories: readonly Repository[]) => void
  readonly removeRepositories: (installation: Installation, repositories: readonly Repository[]) => void
  readonly renameRepository: (repository: Repository, by: User, name: string) => void
  readonly transferRepository: (repository: Repository, by: User, to: User) => void
  readonly archiveRepository: (repository: Repository, by: User, archived: boolean) => void
  readonly deleteRepository: (repository: Repository, by: User) => void
  readonly suspend: (installation: Installation, suspended: boolean) => void
  readonly uninstall: (installation: Installation) => void
  /** Of the App, accepted by everybody at once. */
  readonly setPermissions: (permissions: Permissions) => void
  /** Commits files onto a branch; null removes a file. Resolves with the SHA. */
  readonly pushCommit: (
    input: CommitRequest & { readonly repository: Repository; readonly author: User },
  ) => Promise<string>
  readonly openPullRequest: (
    input: PullInput & { readonly repository: Repository; readonly author: User },
  ) => Promise<PullRequest>
  /** Resolves with the merge commit. Rejects with 405 when it conflicts. */
  readonly mergePullRequest: (pull: PullRequest, by: User, input?: MergeInput) => Promise<string>
  readonly setDraft: (pull: PullRequest, by: User, draft: boolean) => Promise<void>
  readonly setBase: (pull: PullRequest, by: User, base: string) => Promise<void>
  /** A merge queue takes these up: it waits for the checks of the commit that it makes of them. */
  readonly queueGroup: (pulls: readonly PullRequest[], by: User) => Promise<MergeGroup>
  readonly dropGroup: (
    pull: PullRequest,
    by: User,
    it: { readonly group: MergeGroup; readonly reason: 'merged' | 'invalidated' | 'dequeued' },
  ) => Promise<void>
  readonly openIssue: (
    repository: Repository,
    by: User,
    input: { readonly title: string; readonly body?: string; readonly labels?: readonly string[] },
  ) => Promise<Issue>
  readonly editIssue: (issue: Issue, by: User, edit: IssueEdit) => Promise<void>
  readonly closeIssue: (issue: Issue, by: User) => Promise<void>
  readonly reopenIssue: (issue: Issue, by: User) => Promise<void>
  readonly labelIssue: (issue: Issue, by: User, labels: readonly string[]) => Promise<void>
  readonly commentOn: (issue: Issue, by: User, body: string) => Comment
  readonly editComment: (comment: Comment, by: User, body: string) => void
  readonly deleteComment: (comment: Comment, by: User) => void
  /** Presses a button of a check run. */
  readonly requestAction: (repository: Repository, run: CheckRun, by: User, identifier: string) => void
  readonly rerequestSuite: (repository: Repository, sha: string, by: User) => Promise<void>
  readonly rerequestRun: (repository: Repository, run: CheckRun, by: User) => void
  /** All check runs at a commit, the newest of each name last. */
  readonly checkRuns: (repository: Repository, sha: string) => readonly CheckRun[]
}

export function createPeople(world: World): People {
  return {
    createUser: (login, more = {}) => createUser(world, login, more),
    createRepository: input => createRepository(world, input),
    forkRepository: (source, owner) => forkRepository(world, source, owner),
    installApp: input => installApp(world, input),
    addRepositories: (installation, repositories) =>
      changeInstallation(world, installation, repositories, 'added'),
    removeRepositories: (installation, repositories) =>
      changeInstallation(world, installation, repositories, 'removed'),
    renameRepository: (repository, by, name) => renameRepository(world, repository, by, name),
    transferRepository: (repository, by, to) => transferRepository(world, repository, by, to),
    archiveRepository: (repository, by, archived) => archiveRepository(world, repository, by, archived),
    deleteRepository: (repository, by) => deleteRepository(world, repository, by),
    suspend: (installation, suspended) => suspend(world, installation, suspended),
    uninstall: installation => uninstall(world, installation),
    setPermissions: permissions => setPermissions(world, permissions),
    pushCommit: ({ repository, author, ...request }) =>
      world.exclusively(repository, () => commitFiles(world, repository, asUser(author), request)),
    openPullRequest: ({ repository, author, ...input }) =>
      world.exclusively(repository, () => openPull(world, repository, asUser(author), input)),
    mergePullRequest: (pull, by, input) =>
      world.exclusively(pull.repository, () => mergePull(world, pull, asUser(by), input)),
    setDraft: (pull, by, draft) => setDraft(world, pull, asUser(by), draft),
    setBase: (pull, by, base) =>
      world.exclusively(pull.repository, () => setBase(world, pull, asUser(by), base)),
    queueGroup: (pulls, by) => {
      const [first] = pulls
      if (!first) throw new Error('a merge group has at least one pull request')
      return world.exclusively(first.repository, () => queueGroup(world, pulls, asUser(by)))
    },
    dropGroup: (pull, by, it) => dropGroup(world, pull, asUser(by), it),
    openIssue: (repository, by, input) => openIssue(world, repository, asUser(by), input),
    editIssue: (issue, by, edit) => editIssue(world, issue, asUser(by), edit),
    closeIssue: (issue, by) => setIssueState(world, issue, asUser(by), { state: 'closed' }),
    reopenIssue: (issue, by) =>
      isPullRequest(issue)
        ? world.exclusively(issue.repository, () => reopenPull(world, issue, asUser(by)))
        : setIssueState(world, issue, asUser(by), { state: 'open' }),
    labelIssue: (issue, by, labels) => setLabels(world, issue, asUser(by), labels),
    commentOn: (issue, by, body) => addComment(world, issue, asUser(by), body),
    editComment: (comment, by, body) => editComment(world, comment, asUser(by), body),
    deleteComment: (comment, by) => deleteComment(world, comment, asUser(by)),
    requestAction: (repository, run, by, identifier) =>
      requestAction(world, asUser(by), { repository, run }, identifier),
    rerequestSuite: (repository, sha, by) => rerequestSuite(world, repository, asUser(by), sha),
    rerequestRun: (repository, run, by) => rerequestRun(world, asUser(by), { repository, run }),
    checkRuns: (repository, sha) =>
      repository.suites.filter(one => one.headSha === sha).flatMap(one => one.runs),
  }
}

function createUser(
  world: World,
  login: string,
  more: { readonly name?: string; readonly type?: 'User' | 'Organization' },
): User {
  const existing = findUser(world, login)
  if (existing) return existing
  const id = world.nextId()
  const email = `${id}+${login}@users.noreply.github.com`
  const user: User = { id, login, name: more.name ?? login, email, type: more.type ?? 'User' }
  world.users.set(login.toLowerCase(), user)
  return user
}

async function createRepository(world: World, input: NewRepository): Promise<Repository> {
  const repository = await addRepository(world, input, undefined)
  const { folder, defaultBranch } = repository
  const files = input.files ?? { 'README.md': `# ${input.name}\n` }
  const author: Actor = asUser(input.owner)
  const tree = await treeWith(folder, undefined, files)
  const commit = { tree, parents: [], message: 'Initial commit\n', author: author.user, date: world.now() }
  await updateRef(folder, `refs/heads/${defaultBranch}`, await commitTree(folder, commit))
  return repository
}

async function addRepository(
  world: World,
  input: NewRepository,
  source: Repository | undefined,
): Promise<Repository> {
  const key = `${input.owner.login}/${input.name}`.toLowerCase()
  // A new repository takes the name, and nothing leads to the one that had it.
  world.formerNames.delete(key)
  if (world.repositories.has(key)) throw new Error(`the repository ${key} exists: choose another name`)
  // A renamed one leaves its name to others, and its folder where it is.
  const id = world.nextId()
  const folder = join(world.folder, `${key}-${id}.git`)
  const defaultBranch = input.defaultBranch ?? 'main'
  await initRepository(folder, defaultBranch)
  const now = timestamp(world)
  const repository: Repository = {
    id,
    owner: input.owner,
    name: input.name,
    private: input.private ?? true,
    archived: false,
    description: input.description ?? null,
    defaultBranch,
    folder,
    source,
    collaborators: new Map(),
    labels: initialLabels(world),
    issues: new Map(),
    suites: [],
    statuses: [],
    deployments: [],
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    version: 1,
  }
  for (const [login, role] of Object.entries(input.collaborators ?? {})) {
    repository.collaborators.set(createUser(world, login, {}), role)
  }
  world.repositories.set(key, repository)
  return repository
}

async function forkRepository(world: World, source: Repository, owner: User): Promise<Repository> {
  const { name, defaultBranch } = source
  const fork = await addRepository(world, { owner, name, defaultBranch, private: source.private }, source)
  const ref = `refs/heads/${defaultBranch}`
  await runGit(fork.folder, ['fetch', '--quiet', source.folder, `${ref}:${ref}`])
  return fork
}
