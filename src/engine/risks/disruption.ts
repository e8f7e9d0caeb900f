import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { propertyAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'
import { selects } from './label-selector.ts'
import { podsWanted, podTemplateOf } from './pod-template.ts'

/**
 * A PodDisruptionBudget that allows not one pod of a workload to be moved: drains of nodes wait for it without end. Told where the
 * change makes it so, not where it was so before.
 */
export function disruptionRisks({ live, after, around }: RiskInput): readonly Risk[] {
  if (!after) return []
  if (isDisruptionBudget(after)) {
    return around.workloads
      .filter(workload => blocks(after, workload) && !(live && blocks(live, workload)))
      .map(workload => risk(after, workload))
  }
  return around.disruptionBudgets
    .filter(budget => blocks(budget, after, live) && !(live && blocks(budget, live)))
    .map(budget => risk(budget, after))
}

export function isDisruptionBudget(object: KubernetesObject): boolean {
  return object.kind === 'PodDisruptionBudget' && groupOf(object.apiVersion) === 'policy'
}

/** Evictions are counted against these alone: what other kinds run is nobody's to move, or ends by itself. */
const evicted: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
])

function blocks(
  budget: KubernetesObject,
  workload: KubernetesObject,
  live = workload as KubernetesObject | null,
): boolean {
  const template = podTemplateOf(workload)
  if (!template || !evicted.has(workload.kind)) return false
  if (budget.metadata.namespace !== workload.metadata.namespace) return false
  if (!selects(propertyAt(budget, 'spec', 'selector'), template.labels)) return false
  const pods = podsWanted(workload, live)
  return pods > 0 && allowed(budget, pods) <= 0
}

/** How many of so many healthy pods may go at once. A budget that says neither needs one to stay. */
function allowed(budget: KubernetesObject, pods: number): number {
  const most = countOf(propertyAt(budget, 'spec', 'maxUnavailable'), pods)
  if (most !== null) return most
  return pods - (countOf(propertyAt(budget, 'spec', 'minAvailable'), pods) ?? 1)
}

/** Percentages are rounded up, as the disruption controller does. */
function countOf(value: unknown, pods: number): number | null {
  if (typeof value === 'number') return value
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined
  return percent === undefined ? null : Math.ceil((Number(percent) * pods) / 100)
}

function risk(budget: KubernetesObject, workload: KubernetesObject): Risk {
  const message = `PodDisruptionBudget ${budget.metadata.name} lets no pod of ${workload.kind} ${workload.metadata.name} go: drains of its nodes will wait`
  return { code: 'disruption-blocked', severity: 'medium', message }
}
