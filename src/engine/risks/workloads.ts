import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { sameJson, numberAt, propertyAt, textAt } from '../json.ts'
import { withoutEmpty } from '../normalise.ts'
import type { RiskInput } from '../risks.ts'

const rolling: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

/** A changed pod template restarts every pod that runs now. */
export function restartRisks({ action, live, after }: RiskInput): readonly Risk[] {
  if (!live || !after || !isWorkload(live) || action === 'delete') return []
  const isSame = sameJson(withoutEmpty(templateOf(live)), withoutEmpty(templateOf(after)))
  if (isSame && action !== 'replace') return []
  if (action !== 'replace' && waitsForSomebody(after)) return []
  const pods = podCount(live, after)
  if (pods === 0) return []
  const message = pods === 1 ? '1 pod restarts' : `${pods} pods restart`
  return [{ code: 'pods-restart', severity: 'medium', message }]
}

/** Replicas that go to none: whatever the pods serve stops. */
export function stopRisks({ action, live, after }: RiskInput): readonly Risk[] {
  if (!live || !after || action === 'delete' || live.kind === 'DaemonSet' || !isWorkload(live)) return []
  const now = numberAt(live, 'status', 'replicas') ?? numberAt(live, 'spec', 'replicas') ?? 1
  if (now === 0 || numberAt(after, 'spec', 'replicas') !== 0) return []
  const pods = now === 1 ? 'its only pod stops' : `all its ${now} pods stop`
  const message = `${live.kind} ${live.metadata.name} is scaled to 0: ${pods}`
  return [{ code: 'pods-stop', severity: 'medium', message }]
}

function isWorkload(object: KubernetesObject): boolean {
  return groupOf(object.apiVersion) === 'apps' && rolling.has(object.kind)
}

function templateOf(object: KubernetesObject): unknown {
  return propertyAt(object, 'spec', 'template')
}

function waitsForSomebody(after: KubernetesObject): boolean {
  return (
    propertyAt(after, 'spec', 'paused') === true ||
    textAt(after, 'spec', 'updateStrategy', 'type') === 'OnDelete'
  )
}

/** Pods that run now and will be needed afterwards; those that a smaller scale ends are not restarted. */
function podCount(live: KubernetesObject, after: KubernetesObject): number {
  if (live.kind === 'DaemonSet') return numberAt(live, 'status', 'desiredNumberScheduled') ?? 0
  const now = numberAt(live, 'status', 'replicas') ?? numberAt(live, 'spec', 'replicas') ?? 1
  return Math.min(now, numberAt(after, 'spec', 'replicas') ?? now)
}

/** Another selector leaves the pods of the old one behind, or routes to others. */
export function selectorRisks({ live, after, action }: RiskInput): readonly Risk[] {
  if (!live || !after || action === 'delete') return []
  if (sameJson(selectorOf(live), selectorOf(after))) return []
  if (live.kind === 'Service' && groupOf(live.apiVersion) === '') {
    const message = `Service ${live.metadata.name} will route to other pods: its selector changes`
    return [{ code: 'selector-changes', severity: 'medium', message }]
  }
  if (!isWorkload(live)) return []
  const message = `the selector of ${live.kind} ${live.metadata.name} changes: its present pods are left to nobody`
  return [{ code: 'selector-changes', severity: 'high', message }]
}

function selectorOf(object: KubernetesObject): unknown {
  return withoutEmpty(propertyAt(object, 'spec', 'selector') ?? null)
}
