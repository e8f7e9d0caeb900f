import type { ForgeRepository } from '../../forge/forge.ts'
import { GitError, type GitRepository } from '../../git/repository.ts'
import { applicationKey } from '../../model/application.ts'
import type { Revision } from '../../model/repository.ts'
import type { Settings } from '../../model/settings.ts'
import { mergeCommits } from '../../repository/merge-commits.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { type Change, readChange } from './read-change.ts'

/** Of a push of more commits than this nobody tells which merge brought what. */
const mostCommits = 250
/** So often a forge is asked about one push. */
const mostAsked = 25

/** One merge of several that a push brought, or a commit that was pushed without one. Only those that touch an application. */
export interface MergeStep {
  /** Greater is later. */
  readonly position: number
  /** The last commit of it. */
  readonly revision: Revision
  /** Null when it was pushed without one, as far as anybody knows. */
  readonly pullRequest: PullRequestRecord | null
  /** Keys of the applications that it touches. */
  readonly touched: ReadonlySet<string>
  /** What counted for it: what stood before it. */
  readonly settings: Settings
}

export interface PushedCommits extends Omit<Change, 'before' | 'after'> {
  readonly forge: ForgeRepository
  readonly key: string
  readonly before: Revision
  readonly after: Revision
  /** The pull request that brought `after`. */
  readonly last: PullRequestRecord | null
  readonly traceId: string
}

/**
 * The merges of a push, oldest first: what each of them touches, and which pull request it was. Empty where there is nothing to tell apart:
 * it is one merge, or the branch did not simply go on.
 */
export async function readMergeSteps(
  deps: JobDeps,
  push: PushedCommits,
  signal: AbortSignal,
): Promise<readonly MergeStep[]> {
  const commits = await commitsOf(deps, push, signal)
  if (commits.length < 2) return []
  const owners = new Map<Revision, PullRequestRecord>()
  const own = async (pullRequest: PullRequestRecord): Promise<void> => {
    for (const it of await brought(push, { pullRequest, commits }, signal)) owners.set(it, pullRequest)
  }
  for (const it of await deps.store.pullRequests.mergedAmong(push.key, commits)) await own(it)
  const { last } = push
  if (last) await own(last)
  if (last) owners.set(push.after, last)
  // One merge, put on top commit by commit.
  if (last && commits.every(it => owners.get(it)?.id === last.id)) return []
  const endOf = (from: number, isSame: (commit: Revision) => boolean): number => {
    const end = commits.findIndex((it, at) => at > from && !isSame(it))
    return end === -1 ? commits.length : end
  }
  const steps: MergeStep[] = []
  let asked = 0
  // Newest first: should there be too many to ask about, the last ones are known.
  for (let at = 0; at < commits.length; ) {
    const revision = commits[at]!
    const owner = owners.get(revision) ?? null
    const end = owner ? endOf(at, it => owners.get(it)?.id === owner.id) : at + 1
    const { touched, settings } = await readStep(deps, push, {
      before: commits[end] ?? push.before,
      after: revision,
      signal,
    })
    at = end
    if (touched.size === 0) continue
    let pullRequest = owner
    if (!owner && revision !== push.after) {
      pullRequest = asked < mostAsked ? await pullRequestOf(deps, push, revision, signal) : last
      asked++
      if (pullRequest) await own(pullRequest)
    }
    steps.unshift({ position: commits.length - end, revision, pullRequest, touched, settings })
  }
  if (asked > mostAsked) told(deps, push, `more than ${mostAsked} commits of unknown origin`)
  return steps
}

/** First parents, newest first. Empty when the branch was not simply gone on with, or too far. */
async function commitsOf(
  deps: JobDeps,
  push: PushedCommits,
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const { git, before, after } = push
  const line = [after, ...(await git.ancestors(after, mostCommits, signal))]
  const end = line.indexOf(before)
  if (end === -1) told(deps, push, `not on from ${before} by at most ${mostCommits} commits`)
  return line.slice(0, Math.max(end, 0))
}

function told({ logger }: JobDeps, { traceId, ref, branch, after }: PushedCommits, why: string): void {
  const about = { traceId, repository: ref.fullName, branch: branch.name, revision: after, why }
  logger.warn(about, 'a push is credited to its last pull request, as nobody can tell its merges apart')
}

/** Which of the commits a pull request put there. */
async function brought(
  { git, forge }: PushedCommits,
  it: { readonly pullRequest: PullRequestRecord; readonly commits: readonly Revision[] },
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const { head, mergeRevision: merged } = it.pullRequest
  // One that was merged into another branch before: of its other commits the forge is asked.
  if (merged === null || !it.commits.includes(merged)) return []
  const commits = await commitsOfMerge(git, { forge, merged, head }, signal)
  return commits.filter(commit => it.commits.includes(commit))
}

/** First parents that a merge put on its branch, nearest first. */
export async function commitsOfMerge(
  git: GitRepository,
  it: { readonly forge: ForgeRepository; readonly merged: Revision; readonly head: Revision },
  signal: AbortSignal,
): Promise<readonly Revision[]> {
  const { forge, merged, head } = it
  try {
    await git.fetch([merged, head], await forge.gitCredential(signal), signal)
    return (await mergeCommits(git, { merged, head }, signal)).commits
  } catch (error) {
    // Its branch may be gone, and with it its commits: what else it put there is found one by one, if at all.
    if (error instanceof GitError && !error.passing) return [merged]
    throw error
  }
}

async function pullRequestOf(
  deps: JobDeps,
  { forge, key, branch }: PushedCommits,
  revision: Revision,
  signal: AbortSignal,
): Promise<PullRequestRecord | null> {
  const merged = await forge.pullRequestsOf(revision, signal)
  const found =
    merged.find(it => it.mergeRevision === revision) ??
    merged.find(it => it.baseRef === branch.name) ??
    merged[0]
  return found ? deps.store.pullRequests.save(key, found) : null
}

async function readStep(
  deps: JobDeps,
  { git, ref, branch }: PushedCommits,
  it: { readonly before: Revision; readonly after: Revision; readonly signal: AbortSignal },
): Promise<Pick<MergeStep, 'touched' | 'settings'>> {
  const { before, after, signal } = it
  const reading = await readChange({ git, ref, before, after, branch }, signal, deps.readings)
  const touched = new Set(reading.affected.map(({ application }) => applicationKey(application)))
  return { touched, settings: reading.settingsInForce }
}
