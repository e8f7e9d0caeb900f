import type { Application } from '../../model/application.ts'
import { distinct } from '../../model/phrase.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { ApplicationView, MergeEffect, PullRequestView } from '../report/view.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { PlannedApplication, PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { approvalsFor } from './approvals.ts'
import { filesUrl, planUrl } from './addresses.ts'
import { isAutomated } from './syncs-by-itself.ts'
import type { Standing } from './standing.ts'

/** What is shown of a plan, from what is remembered of it. */
export function planView(it: {
  readonly plan: PlanRecord
  readonly pullRequest: PullRequestRecord
  readonly ref: RepositoryRef
  readonly clusters: readonly ClusterRecord[]
  readonly publicUrl: string | null
  readonly standing?: Standing
}): PullRequestView {
  const { plan, pullRequest, ref, clusters, publicUrl, standing } = it
  return {
    number: pullRequest.number,
    head: plan.head,
    base: plan.base,
    baseRef: pullRequest.baseRef,
    headUrl: filesUrl(ref, plan.head),
    applications: plan.applications.map(application => applicationView(application, clusters)),
    problems: plan.problems,
    planUrl: planUrl(publicUrl, pullRequest.page),
    mergeEffect: mergeEffect(plan, standing),
    forkAwaitsMaintainer: plan.awaitsMaintainer,
    replanning: isOver(pullRequest) ? null : plan.outdated,
    because: plan.because,
    plan: plan.id,
    isMergeGroup: pullRequest.state === 'queued',
    ...standing,
  }
}

/** Then its plan is what was reviewed, and no other comes. */
function isOver({ state }: PullRequestRecord): boolean {
  return state === 'closed' || state === 'merged'
}

function applicationView(it: PlannedApplication, clusters: readonly ClusterRecord[]): ApplicationView {
  const { application, status } = it
  const { cluster } = application.destination
  const lastSeen = clusters.find(({ name }) => name === cluster)?.lastSeen ?? null
  return {
    application: application.name,
    cluster,
    definedIn: application.definedIn?.file ?? null,
    status: status.kind === 'offline' ? { kind: 'offline', lastSeen } : status,
  }
}

function mergeEffect({ applications, settings }: PlanRecord, standing?: Standing): MergeEffect {
  const waits = (cluster: string): boolean => {
    const wanted = approvalsFor(cluster, settings)
    const given = standing?.approvals.find(it => it.environment === cluster)?.by.length ?? 0
    return given < wanted
  }
  const clusters = (isMeant: (application: Application) => boolean): readonly string[] =>
    distinct(
      applications.flatMap(it => (isMeant(it.application) ? [it.application.destination.cluster] : [])),
    )
  const isReady = (it: Application) => !waits(it.destination.cluster)
  return {
    automatic: clusters(it => isReady(it) && isAutomated(it)),
    waitsForApproval: clusters(it => !isReady(it)),
    manual: clusters(it => isReady(it) && !isAutomated(it)),
  }
}
