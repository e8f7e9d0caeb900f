import { log, readCommit } from '../git/log.ts'
import { commitTree, isAncestor, resolveCommit, treeWith, updateRef, zeroSha } from '../git/repository.ts'
import { commitPage, repositoryPage } from '../shapes/links.ts'
import { simpleCommit } from '../shapes/check.ts'
import type { RefMove } from '../git/ref-move.ts'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import type { Repository } from '../state.ts'
import type { World } from '../world.ts'
import { type Actor, touch } from './actor.ts'
import { requestSuite } from './checks.ts'
import { followRef } from './follow-ref.ts'
import { changedPaths } from '../git/changed-paths.ts'

export interface CommitRequest {
  readonly branch: string
  readonly files: Readonly<Record<string, string | Buffer | null>>
  readonly message: string
  /** Where a branch that does not exist yet starts. Default: the default branch. */
  readonly parentBranch?: string
  /** A branch that exists begins again as if it did not: a forced push. */
  readonly afresh?: boolean
}

/** Commits files onto a branch and moves it. The caller holds the repository's lock. Returns the SHA. */
export async function commitFiles(
  world: World,
  repository: Repository,
  actor: Actor,
  request: CommitRequest,
): Promise<string> {
  const { folder } = repository
  const ref = `refs/heads/${request.branch}`
  const existing = await resolveCommit(folder, ref)
  const parent =
    (request.afresh ? undefined : existing) ??
    (await resolveCommit(folder, `refs/heads/${request.parentBranch ?? repository.defaultBranch}`))
  const after = await commitTree(folder, {
    tree: await treeWith(folder, parent, request.files),
    parents: parent ? [parent] : [],
    message: request.message,
    author: actor.user,
    date: world.now(),
  })
  const before = existing ?? zeroSha
  await updateRef(folder, ref, after, before)
  await refsMoved(world, repository, actor, [{ ref, before, after }])
  return after
}

/** Tells the rest of the forge that refs have moved. The caller holds the repository's lock. */
export async function refsMoved(
  world: World,
  repository: Repository,
  actor: Actor,
  moves: readonly RefMove[],
): Promise<void> {
  for (const move of moves) {
    repository.pushedAt = touch(world, repository)
    await pushEvent(world, repository, actor, move)
    const branch = move.ref.startsWith('refs/heads/') ? move.ref.slice('refs/heads/'.length) : undefined
    if (branch === undefined) continue
    if (move.after !== zeroSha) await requestSuite(world, repository, actor, { sha: move.after, branch })
    await followRef(world, repository, actor, { branch, ...move })
  }
}

async function pushEvent(world: World, repository: Repository, actor: Actor, move: RefMove): Promise<void> {
  const { folder } = repository
  const deleted = move.after === zeroSha
  const created = move.before === zeroSha
  const commits = deleted ? [] : await pushedCommits(world, repository, move)
  const head = deleted ? null : await webhookCommit(world, repository, move.after)
  const forced = !created && !deleted && !(await isAncestor(folder, move.before, move.after))
  const page = repositoryPage(world, repository)
  world.events({
    name: 'push',
    sender: actor.user,
    repository,
    payload: {
      ref: move.ref,
      before: move.before,
      after: move.after,
      created,
      deleted,
      forced,
      base_ref: null,
      compare: created ? `${page}/compare/${move.after}` : `${page}/compare/${move.before}...${move.after}`,
      commits,
      head_commit: head,
      pusher: { name: actor.user.login, email: actor.user.email },
      repository: pushRepository(world, repository),
    },
  })
}

/** At most 2048 commits, oldest first, as GitHub sends them. */
async function pushedCommits(world: World, repository: Repository, move: RefMove) {
  const range =
    move.before === zeroSha
      ? [move.after, '--not', `--exclude=${move.ref}`, '--branches']
      : [`${move.before}..${move.after}`]
  const commits = await log(repository.folder, ['-n', '2048', '--reverse', ...range])
  return await Promise.all(commits.map(commit => webhookCommit(world, repository, commit.sha)))
}

async function webhookCommit(world: World, repository: Repository, sha: string) {
  const commit = await readCommit(repository.folder, sha)
  const author = [...world.users.values()].find(user => user.email === commit.author.email)
  return {
    ...simpleCommit(commit),
    distinct: true,
    url: commitPage(world, repository, sha),
    author: { ...commit.author, ...(author ? { username: author.login } : {}) },
    committer: { ...commit.committer, ...(author ? { username: author.login } : {}) },
    ...(await changedPaths(repository.folder, sha)),
  }
}

/** In pushes GitHub writes the times of a repository as numbers, and names its owner twice. */
const pushRepository = (world: World, repository: Repository) => ({
  ...repositoryShape(world, repository),
  owner: {
    ...userShape(world, repository.owner),
    name: repository.owner.login,
    email: repository.owner.email,
  },
  created_at: Date.parse(repository.createdAt) / 1000,
  pushed_at: Date.parse(repository.pushedAt) / 1000,
  stargazers: 0,
  master_branch: repository.defaultBranch,
})
