import type { RepositoryRef } from '../../model/repository.ts'
import type { ApplicationView, MergeEffect, PullRequestView } from '../report/view.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { PlannedApplication, PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import { filesUrl, planUrl } from './addresses.ts'
import { syncsByItself } from './syncs-by-itself.ts'

/** What is shown of a plan, from what is remembered of it. */
export function planView(it: {
  readonly plan: PlanRecord
  readonly pullRequest: PullRequestRecord
  readonly ref: RepositoryRef
  readonly clusters: readonly ClusterRecord[]
  readonly publicUrl: string | null
}): PullRequestView {
  const { plan, pullRequest, ref, clusters, publicUrl } = it
  return {
    number: pullRequest.number,
    head: plan.head,
    base: plan.base,
    baseRef: pullRequest.baseRef,
    headUrl: filesUrl(ref, plan.head),
    applications: plan.applications.map(application => applicationView(application, clusters)),
    problems: plan.problems,
    planUrl: planUrl(publicUrl, plan.page),
    mergeEffect: mergeEffect(plan),
    forkAwaitsMaintainer: plan.awaitsMaintainer,
    replanning: null,
  }
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

function mergeEffect({ applications, settings }: PlanRecord): MergeEffect {
  const clusters = (automatic: boolean): readonly string[] => [
    ...new Set(
      applications
        .filter(it => syncsByItself(it.application, settings) === automatic)
        .map(it => it.application.destination.cluster),
    ),
  ]
  return { automatic: clusters(true), waitsForApproval: [], manual: clusters(false) }
}
