import type { GitRepository } from '../../git/repository.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { keepSyncs } from './keep-syncs.ts'
import { readKnownWorld } from './known-world.ts'
import { readMergeSteps } from './merge-steps.ts'
import { readChange } from './read-change.ts'
import { lastPullRequest, readOrigins, readPlans } from './sync-origins.ts'

export interface Push {
  readonly repository: RepositoryRef
  readonly branch: string
  readonly before: Revision
  readonly after: Revision
}

/** Turns a push into syncs of the applications that it touches, and remembers what the branch defines now. */
export async function syncBranch(deps: JobDeps, push: Push, context: JobContext): Promise<void> {
  const { repository: ref, branch, after } = push
  const forge = deps.forges.repository(ref)
  const key = await deps.store.repositories.save(ref)
  const git = await deps.git.open(ref.cloneUrl)
  const handled = await deps.store.branches.handled(key, branch)
  const isDefault = (await forge.defaultBranch(context.signal)) === branch
  // Most branches only live for a pull request; those that people merge into are deployed from.
  if (!isDefault && handled === null && !(await deps.store.pullRequests.anyInto(key, branch))) return
  const before = handled ?? (isNothing(push.before) ? null : push.before)
  const wanted = before === null ? [after] : [before, after]
  await git.fetch(wanted, await forge.gitCredential(context.signal), context.signal)
  if (handled !== null && (await isContained(git, after, handled, context.signal))) return
  const reading = await readChange(
    { git, ref, before, after, branch: { name: branch, isDefault } },
    context.signal,
    deps.readings,
  )
  const { traceId } = context
  const last = await lastPullRequest(deps, { forge, key, after }, context.signal)
  const isTold = before !== null && reading.affected.length > 0
  const pushed = { git, ref, forge, key, branch: { name: branch, isDefault }, after, last, traceId }
  const steps = isTold ? await readMergeSteps(deps, { ...pushed, before }, context.signal) : []
  const plans = await readPlans(deps, { last, steps })
  await deps.store.transaction(async records => {
    const world = await readKnownWorld(records, key)
    const origins = await readOrigins(records, { last, steps, plans })
    await keepSyncs(deps, records, { push, key, reading, world, origins, traceId })
    await records.branches.setHandled(key, branch, after)
  })
}

function isNothing(revision: Revision): boolean {
  return /^0+$/.test(revision)
}

/** A delivery that comes late, or again: the branch is further already. */
async function isContained(
  git: GitRepository,
  revision: Revision,
  handled: Revision,
  signal: AbortSignal,
): Promise<boolean> {
  return revision === handled || (await git.mergeBase(revision, handled, signal)) === revision
}
