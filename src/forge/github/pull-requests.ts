import { ForgeError, type PullRequest } from '../forge.ts'
import type { Revision } from '../../model/repository.ts'
import { repositoryOf, type Session } from './session.ts'

export interface PullPlace {
  readonly session: Session
  readonly fullName: string
}

interface VendorPull {
  readonly number: number
  readonly title: string
  readonly state: string
  readonly draft?: boolean
  readonly merged_at: string | null
  readonly merge_commit_sha: string | null
  readonly html_url: string
  readonly user: { readonly login: string } | null
  readonly head: { readonly sha: string; readonly repo: { readonly id: number } | null }
  readonly base: { readonly ref: string; readonly sha: string; readonly repo: { readonly id: number } }
}

export async function readPullRequest(
  place: PullPlace,
  number: number,
  signal: AbortSignal,
): Promise<PullRequest> {
  const attempt = { to: `read ${place.fullName}#${number}`, signal }
  const pull = await place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.pulls.get({ ...at(place), pull_number: number, request })
    return data
  })
  const [read] = await withBases(place, [pull], signal)
  return read!
}

export async function openPullRequests(
  place: PullPlace,
  signal: AbortSignal,
): Promise<readonly Pick<PullRequest, 'number' | 'head' | 'baseRef'>[]> {
  const attempt = { to: `list the open pull requests of ${place.fullName}`, signal }
  const pulls = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.paginate(octokit.rest.pulls.list, { ...at(place), state: 'open', per_page: 100, request }),
  )
  return pulls.map(({ number, head, base }) => ({ number, head: head.sha, baseRef: base.ref }))
}

/** GitHub also names pull requests that merely contain the commit: only merged ones brought it. */
export async function pullRequestsOf(
  place: PullPlace,
  revision: Revision,
  signal: AbortSignal,
): Promise<readonly PullRequest[]> {
  const attempt = { to: `find the pull request of ${revision} in ${place.fullName}`, signal }
  const pulls = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.paginate(octokit.rest.repos.listPullRequestsAssociatedWithCommit, {
      ...at(place),
      commit_sha: revision,
      per_page: 100,
      request,
    }),
  )
  return withBases(
    place,
    pulls.filter(it => it.merged_at !== null),
    signal,
  )
}

/** `base.sha` of a pull request is where its branch stood at the last push to the head: ask the branch itself. */
async function withBases(
  place: PullPlace,
  pulls: readonly VendorPull[],
  signal: AbortSignal,
): Promise<readonly PullRequest[]> {
  const heads = new Map<string, Revision | null>()
  for (const { base } of pulls) {
    if (!heads.has(base.ref)) heads.set(base.ref, await branchHead(place, base.ref, signal))
  }
  return pulls.map(pull => pullFrom(pull, heads.get(pull.base.ref) ?? pull.base.sha))
}

/** Null when the branch is gone, as after the merge of a stacked pull request. */
async function branchHead(place: PullPlace, branch: string, signal: AbortSignal): Promise<Revision | null> {
  const attempt = { to: `read the branch ${branch} of ${place.fullName}`, signal }
  try {
    return await place.session.on(place.fullName, attempt, async (octokit, request) => {
      const { data } = await octokit.rest.git.getRef({ ...at(place), ref: `heads/${branch}`, request })
      return data.object.sha
    })
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null
    throw error
  }
}

function pullFrom(pull: VendorPull, base: Revision): PullRequest {
  const state = pull.merged_at !== null ? 'merged' : pull.state === 'open' ? 'open' : 'closed'
  return {
    number: pull.number,
    title: pull.title,
    author: pull.user?.login ?? 'ghost',
    state,
    draft: pull.draft ?? false,
    head: pull.head.sha,
    baseRef: pull.base.ref,
    base,
    // A fork that was deleted since has no repository any more.
    fromFork: pull.head.repo?.id !== pull.base.repo.id,
    mergeRevision: state === 'merged' ? pull.merge_commit_sha : null,
    url: pull.html_url,
  }
}

function at(place: PullPlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}
