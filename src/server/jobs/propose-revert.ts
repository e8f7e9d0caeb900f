import { createHash } from 'node:crypto'
import { ForgeError, type ForgeRepository } from '../../forge/forge.ts'
import { shortRevision } from '../../model/phrase.ts'
import type { Revision } from '../../model/repository.ts'
import { type ChangeBack, changeBack } from '../../repository/change-back.ts'
import { revertProposal } from '../report/revert.ts'
import type { RevertView } from '../report/view.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import type { JobDeps } from './deps.ts'
import { isFailure } from './sync-view.ts'

export interface FailedMerge {
  readonly forge: ForgeRepository
  readonly pullRequest: PullRequestRecord
  /** What the merge set off. */
  readonly syncs: readonly SyncRecord[]
}

/**
 * Opens a pull request that takes a merge back whose sync failed, where the repository asks for that (`sync.revertPullRequest`, as
 * the base branch says). Idempotent: one for each merged pull request. Null: there is nothing to propose.
 */
export async function proposeRevert(
  deps: JobDeps,
  merge: FailedMerge,
  signal: AbortSignal,
): Promise<RevertView | null> {
  const { pullRequest, syncs } = merge
  const failed = syncs.find(it => it.result && isFailure(it.result))
  if (!failed || !(await isAskedFor(deps, failed))) return null
  const { repository } = failed
  const known = await deps.store.issues.withKey(revertKey(pullRequest))
  if (known?.number && known.url) return { kind: 'proposed', number: known.number, url: known.url }
  // What reverts a merge is not reverted by itself in turn.
  if ((await deps.store.issues.numbered(repository, pullRequest.number))?.kind === 'revert') return null
  const draft = revertProposal(pullRequest, failed.result!, shortRevision(failed.revision))
  const { name: application, cluster } = applicationOf(failed)
  const of = { application, cluster }
  return openRevert(deps, { forge: merge.forge, pullRequest, revision: failed.revision, of, draft }, signal)
}

export interface Revert {
  readonly forge: ForgeRepository
  readonly pullRequest: PullRequestRecord
  /** A commit of the merge. */
  readonly revision: Revision
  /** An application that it is about; names are empty where there is none. */
  readonly of: { readonly application: string; readonly cluster: string }
  readonly draft: { readonly title: string; readonly body: string }
}

/** Opens a pull request that takes a merge back, or finds the one that is open. */
export async function openRevert(deps: JobDeps, revert: Revert, signal: AbortSignal): Promise<RevertView> {
  const { forge, pullRequest, revision, of, draft } = revert
  const { repository } = pullRequest
  const change = await takeBack(deps, { forge, pullRequest }, revision, signal)
  if ('conflict' in change) return { kind: 'impossible', reason: change.conflict }
  try {
    const { baseRef } = pullRequest
    const branch = `plumbline/revert-${pullRequest.number}`
    const { parent, files } = change
    const opened = await forge.proposeChange({ branch, baseRef, parent, files, ...draft }, signal)
    await deps.store.issues.save({
      key: revertKey(pullRequest),
      kind: 'revert',
      repository,
      ...of,
      ...opened,
      state: 'open',
      bodyHash: createHash('sha256').update(draft.body).digest('hex'),
      openedAt: deps.clock().toISOString(),
      closedAt: null,
    })
    return { kind: 'proposed', ...opened }
  } catch (error) {
    if (!(error instanceof ForgeError) || error.retry.kind === 'after') throw error
    deps.logger.warn({ err: error, pullRequest: pullRequest.number }, 'no revert was proposed')
    const reason = error.code === 'forbidden' ? 'Plumbline may not push branches here' : error.message
    return { kind: 'impossible', reason }
  }
}

function revertKey({ repository, number }: PullRequestRecord): string {
  return `revert/${repository}/${number}`
}

async function isAskedFor(deps: JobDeps, { application }: SyncRecord): Promise<boolean> {
  const { name, destination } = application
  const known = await deps.store.applications.named({ name, cluster: destination.cluster })
  return known?.settings.sync?.revertPullRequest ?? false
}

/** What has to change on the branch as it is now so that it is without the merge. */
async function takeBack(
  deps: JobDeps,
  { forge, pullRequest }: Pick<FailedMerge, 'forge' | 'pullRequest'>,
  revision: Revision,
  signal: AbortSignal,
): Promise<ChangeBack> {
  const git = await deps.git.open(forge.ref.cloneUrl)
  const credential = await forge.gitCredential(signal)
  const parent = await git.resolveRemote(`refs/heads/${pullRequest.baseRef}`, credential, signal)
  if (parent === null) return { conflict: `the branch ${pullRequest.baseRef} is gone` }
  const merge = { merged: pullRequest.mergeRevision ?? revision, head: pullRequest.head, onto: parent }
  await git.fetch(Object.values(merge), credential, signal)
  return changeBack(git, merge, signal)
}
