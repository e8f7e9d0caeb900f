import { actOnCheck, planAsked } from './jobs/act-on-check.ts'
import { approveByCheck } from './jobs/approve-by-check.ts'
import { commentTouched } from './jobs/comment-touched.ts'
import { closePullRequest, dropMergeGroup } from './jobs/close-pull-request.ts'
import type { JobDeps } from './jobs/deps.ts'
import { failureOf } from './jobs/failure.ts'
import { followBase, noteBaseMoved } from './jobs/follow-base.ts'
import { followIssue, noteIssue } from './jobs/note-issue.ts'
import { obeyComment } from './jobs/obey-comment.ts'
import { openWindow } from './jobs/open-window.ts'
import { planOutdated } from './jobs/plan-outdated.ts'
import { planMergeGroup, planPullRequest } from './jobs/plan-pull-request.ts'
import { reportAdopt } from './jobs/report-adopt.ts'
import { reportDrift } from './jobs/report-drift.ts'
import { reportGivenUp } from './jobs/report-given-up.ts'
import { reportPlan } from './jobs/report-plan.ts'
import { reportRevert } from './jobs/report-revert.ts'
import { reportRollback } from './jobs/report-rollback.ts'
import { reportSync } from './jobs/report-sync.ts'
import { settleDrift } from './jobs/settle-drift.ts'
import { settleRepository } from './jobs/settle-repositories.ts'
import { settleSilence } from './jobs/settle-silence.ts'
import { afterInstallation, sweep } from './jobs/sweep.ts'
import { syncBranch } from './jobs/sync-branch.ts'
import { watchClusters } from './jobs/watch-clusters.ts'
import { underCurrentName } from './jobs/under-current-name.ts'
import { unlessUnpermitted } from './jobs/unpermitted.ts'
import { welcomeAgent } from './jobs/welcome-agent.ts'
import type { Job } from './queue/job.ts'
import type { JobContext, Worker } from './queue/queue.ts'

/**
 * The server's work, in the order in which a change lives: webhooks become jobs ({@link ./accept.ts}), jobs become commands,
 * the agents' answers become jobs again. Every step may be done twice, and late.
 */
export function createPipeline(deps: JobDeps): Worker {
  return {
    run: async (job, context) => {
      const current = await underCurrentName(deps.store.repositories, job)
      if (current) await unlessUnpermitted(deps, current, context, () => step(deps, current, context))
      else deps.logger.debug({ traceId: context.traceId, job: job.kind }, 'its repository is out of reach')
    },
    failureOf,
    gaveUp: (job, context, error) => reportGivenUp(deps, { job, error }, context),
  }
}

function step(deps: JobDeps, job: Job, context: JobContext): Promise<void> {
  switch (job.kind) {
    // 1. A pull request: what does it touch? Ask the agents of those clusters.
    case 'pull-request-changed':
      return planPullRequest(deps, { ...job, again: false }, context)
    case 'check-action':
      return actOnCheck(deps, job, context)
    case 'merge-group':
      return planMergeGroup(deps, job, context)
    case 'merge-group-gone':
      return dropMergeGroup(deps, job)
    //    ... whose base moved, or whose cluster changed: ask again.
    case 'base-moved':
      return followBase(deps, job, context)
    case 'plan-outdated':
      return planOutdated(deps, job, context)
    case 'plan-asked':
      return planAsked(deps, job, context)
    case 'approve-pressed':
      return approveByCheck(deps, job, context)
    // 2. Their plans: one comment, its checks.
    case 'plan-progressed':
      return reportPlan(deps, job, context)
    // 3. The end of it: merged or not.
    case 'pull-request-closed':
      return closePullRequest(deps, job, context)
    // 4. The merge: sync what it touched.
    case 'pushed':
      return afterPush(deps, job, context)
    case 'window-opens':
      return openWindow(deps, job, context)
    // 5. How that went: a comment, a check, deployments, an issue when it failed.
    case 'sync-progressed':
      return reportSync(deps, job, context)
    // 6. The cluster moves away from Git: one issue.
    case 'drift-reported':
      return reportDrift(deps, job, context)
    case 'drift-due':
      return settleDrift(deps, { name: job.application, cluster: job.cluster }, context)
    case 'issue-changed':
      return noteIssue(deps, job, context)
    case 'issue-moved':
      return followIssue(deps, job, context)
    //    ... or is not heard of at all: one issue for each repository.
    case 'clusters-watched':
      return watchClusters(deps, context)
    case 'cluster-silence':
      return settleSilence(deps, job, context)
    // 7. What people ask for.
    case 'commented':
      return obeyComment(deps, job, context)
    case 'reverted':
      return reportRevert(deps, job, context)
    case 'adopted':
      return reportAdopt(deps, job, context)
    case 'rolled-back':
      return reportRollback(deps, job, context)
    // 8. What was missed: an agent that was away, a webhook that was lost.
    case 'agent-connected':
      return welcomeAgent(deps, job, context)
    case 'sweep':
      return sweep(deps, context)
    //    ... a comment of ours that somebody changed, a repository that moved.
    case 'comment-touched':
      return commentTouched(deps, job, context)
    case 'repository-moved':
      return settleRepository(deps, job.repository, context)
    case 'installation-changed':
      return afterInstallation(deps, job, context)
  }
}

/** What was merged is synced; what is still open is looked at again. */
async function afterPush(
  deps: JobDeps,
  push: Extract<Job, { readonly kind: 'pushed' }>,
  context: JobContext,
): Promise<void> {
  await noteBaseMoved(deps, push, context)
  await syncBranch(deps, push, context)
}
