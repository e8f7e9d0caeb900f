import { ForgeError, type Proposal, type ProposedFile } from '../forge.ts'
import { orNull } from './or-null.ts'
import { repositoryOf, type Session } from './session.ts'
import { shortened } from './shortened.ts'

export interface ProposalPlace {
  readonly session: Session
  readonly fullName: string
}

interface Proposed {
  readonly number: number
  readonly url: string
}

/** See `ForgeRepository.proposeChange`. Files go as git objects, so that one commit holds all of them, whatever their bytes. */
export async function proposeChange(
  place: ProposalPlace,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<Proposed> {
  const open = await openProposal(place, proposal, signal)
  if (open) return open
  const tree = []
  for (const file of proposal.files) tree.push(await treeEntry(place, file, signal))
  const commit = await commitOf(place, proposal, tree, signal)
  await createBranch(place, proposal.branch, commit, signal)
  return openPullRequest(place, proposal, signal)
}

async function openProposal(
  place: ProposalPlace,
  { branch, baseRef }: Proposal,
  signal: AbortSignal,
): Promise<Proposed | null> {
  const { owner } = repositoryOf(place.fullName)
  const attempt = { to: `look for our pull request from ${branch} in ${place.fullName}`, signal }
  const [found] = await place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.pulls.list({
      ...repositoryOf(place.fullName),
      state: 'open',
      head: `${owner}:${branch}`,
      base: baseRef,
      request,
    })
    return data
  })
  return found ? { number: found.number, url: found.html_url } : null
}

interface TreeEntry {
  readonly path: string
  readonly mode: '100644' | '100755' | '120000'
  readonly type: 'blob'
  readonly sha: string | null
}

async function treeEntry(
  place: ProposalPlace,
  { path, mode, content }: ProposedFile,
  signal: AbortSignal,
): Promise<TreeEntry> {
  if (!isFileMode(mode)) throw new RangeError(`${path} has mode ${mode}, which is no file's`)
  const entry = { path, mode, type: 'blob' } as const
  if (content === null) return { ...entry, sha: null }
  const attempt = { to: `write ${path} to ${place.fullName}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.git.createBlob({
      ...repositoryOf(place.fullName),
      content: Buffer.from(content).toString('base64'),
      encoding: 'base64',
      request,
    })
    return { ...entry, sha: data.sha }
  })
}

function isFileMode(mode: string): mode is TreeEntry['mode'] {
  return mode === '100644' || mode === '100755' || mode === '120000'
}

async function commitOf(
  place: ProposalPlace,
  { parent, title }: Proposal,
  tree: TreeEntry[],
  signal: AbortSignal,
): Promise<string> {
  const attempt = { to: `commit "${shortened(title, 60)}" to ${place.fullName}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const at = repositoryOf(place.fullName)
    const base = await octokit.rest.git.getCommit({ ...at, commit_sha: parent, request })
    const made = await octokit.rest.git.createTree({ ...at, base_tree: base.data.tree.sha, tree, request })
    const { data } = await octokit.rest.git.createCommit({
      ...at,
      message: title,
      tree: made.data.sha,
      parents: [parent],
      request,
    })
    return data.sha
  })
}

/** One that an attempt left which ended half way is gone on with as it is: somebody may have pushed to it since. */
async function createBranch(
  place: ProposalPlace,
  branch: string,
  sha: string,
  signal: AbortSignal,
): Promise<void> {
  const attempt = { to: `push the branch ${branch} to ${place.fullName}`, signal }
  await orNull('invalid', () =>
    place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.git.createRef({
        ...repositoryOf(place.fullName),
        ref: `refs/heads/${branch}`,
        sha,
        request,
      }),
    ),
  )
}

async function openPullRequest(
  place: ProposalPlace,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<Proposed> {
  const { branch, baseRef, title, body } = proposal
  const attempt = { to: `open a pull request in ${place.fullName}`, signal }
  try {
    return await place.session.on(place.fullName, attempt, async (octokit, request) => {
      const { data } = await octokit.rest.pulls.create({
        ...repositoryOf(place.fullName),
        head: branch,
        base: baseRef,
        title: shortened(title, 256),
        body,
        request,
      })
      return { number: data.number, url: data.html_url }
    })
  } catch (error) {
    // Another writer was first, or the answer of an earlier attempt was lost.
    const open =
      error instanceof ForgeError && error.code === 'invalid' && (await openProposal(place, proposal, signal))
    if (open) return open
    throw error
  }
}
