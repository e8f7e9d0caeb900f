import type { ChangedFile, GitCommit, GitPerson } from '../git/log.ts'
import type { Repository } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { commitPage, repositoryPage, repositoryUrl } from './links.ts'
import type { Schemas } from './schemas.ts'
import { userShape } from './user.ts'

const verification = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
} as const

export function commitShape(world: World, repository: Repository, commit: GitCommit) {
  const api = repositoryUrl(world, repository)
  const url = `${api}/commits/${commit.sha}`
  return {
    sha: commit.sha,
    node_id: nodeId('C', Number.parseInt(commit.sha.slice(0, 8), 16)),
    commit: {
      author: { ...commit.author },
      committer: { ...commit.committer },
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification,
    },
    url,
    html_url: commitPage(world, repository, commit.sha),
    comments_url: `${url}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: commit.parents.map(sha => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: commitPage(world, repository, sha),
    })),
  } satisfies Schemas['commit']
}

export function gitCommitShape(world: World, repository: Repository, commit: GitCommit) {
  const api = repositoryUrl(world, repository)
  return {
    sha: commit.sha,
    node_id: nodeId('C', Number.parseInt(commit.sha.slice(0, 8), 16)),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: commitPage(world, repository, commit.sha),
    author: { ...commit.author },
    committer: { ...commit.committer },
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map(sha => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: commitPage(world, repository, sha),
    })),
    verification,
  } satisfies Schemas['git-commit']
}

export function fileShape(world: World, repository: Repository, sha: string, file: ChangedFile) {
  const page = repositoryPage(world, repository)
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.blob,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryUrl(world, repository)}/contents/${path}?ref=${sha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
  } satisfies Schemas['diff-entry']
}

/** The account whose address a commit carries. */
function accountOf(world: World, person: GitPerson) {
  const user = [...world.users.values()].find(one => one.email === person.email)
  return user ? userShape(world, user) : null
}
