import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { groupOf } from '../../model/identity.ts'
import { numberAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** The number of replicas is in two hands: Git's (or the server's default) and an autoscaler's. */
export function autoscalerRisks(input: RiskInput): readonly Risk[] {
  const { action, live, after, desired, fields, around } = input
  if (!desired || !after || action === 'delete') return []
  const scaler = around.autoscalers.find(it => scales(it, desired))
  if (!scaler) return []
  const name = `HorizontalPodAutoscaler ${scaler.metadata.name}`
  const touches = action === 'create' || fields.some(it => it.path === '/spec/replicas')
  if (!touches) return []
  if (numberAt(desired, 'spec', 'replicas') !== null) {
    const message = `replicas are set here and by ${name}: leave them out of Git`
    return [{ code: 'replicas-autoscaled', severity: 'medium', message }]
  }
  const before = numberAt(live, 'spec', 'replicas')
  const now = numberAt(after, 'spec', 'replicas') ?? 1
  if (before === null || before <= now) return []
  const message = `replicas are no longer set in Git, so they fall from ${before} to ${now} until ${name} scales up again`
  return [{ code: 'replicas-autoscaled', severity: 'high', message }]
}

export function isAutoscaler(object: KubernetesObject): boolean {
  return object.kind === 'HorizontalPodAutoscaler' && groupOf(object.apiVersion) === 'autoscaling'
}

function scales(scaler: KubernetesObject, target: KubernetesObject): boolean {
  return (
    textAt(scaler, 'spec', 'scaleTargetRef', 'kind') === target.kind &&
    textAt(scaler, 'spec', 'scaleTargetRef', 'name') === target.metadata.name &&
    scaler.metadata.namespace === target.metadata.namespace
  )
}
