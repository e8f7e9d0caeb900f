import type { RefMove } from '../git/ref-move.ts'
import { isAncestor, zeroSha } from '../git/repository.ts'
import { pullDetail } from '../shapes/pull.ts'
import { isPullRequest, type PullRequest, type Repository } from '../state.ts'
import type { World } from '../world.ts'
import { type Actor, touch } from './actor.ts'
import { issueEvent, note, setIssueState } from './issues.ts'
import { closeAsMerged, refreshPull } from './pulls.ts'

/** Brings the open pull requests of a branch that moved up to date, and says so. */
export async function followRef(
  world: World,
  repository: Repository,
  actor: Actor,
  move: RefMove & { readonly branch: string },
): Promise<void> {
  for (const issue of openPulls(world)) {
    if (issue.pull.headRepository === repository && issue.pull.headBranch === move.branch) {
      await headMoved(world, issue, actor, move)
    } else if (issue.repository === repository && issue.pull.baseBranch === move.branch) {
      await baseMoved(world, issue, actor, move)
    }
  }
}

const openPulls = (world: World): PullRequest[] =>
  [...world.repositories.values()]
    .flatMap(repository => [...repository.issues.values()])
    .filter(isPullRequest)
    .filter(issue => issue.state === 'open')

async function headMoved(world: World, issue: PullRequest, actor: Actor, move: RefMove): Promise<void> {
  if (move.after === zeroSha) return await setIssueState(world, issue, actor, { state: 'closed' })
  await refreshPull(world, issue)
  note(world, issue, actor, { action: 'synchronize', detail: move.after })
  issue.updatedAt = touch(world, issue.repository)
  world.events({
    name: 'pull_request',
    action: 'synchronize',
    sender: actor.user,
    repository: issue.repository,
    payload: {
      number: issue.number,
      before: move.before,
      after: move.after,
      pull_request: await pullDetail(world, issue),
    },
  })
}

async function baseMoved(world: World, issue: PullRequest, actor: Actor, move: RefMove): Promise<void> {
  if (move.after === zeroSha) return await setIssueState(world, issue, actor, { state: 'closed' })
  // Commits that reach the base by another way than the merge button count as merged.
  if (await isAncestor(issue.repository.folder, issue.pull.headSha, move.after)) {
    closeAsMerged(world, issue, actor, move.after)
    return await issueEvent(world, issue, actor, { action: 'closed' })
  }
  await refreshPull(world, issue)
}
