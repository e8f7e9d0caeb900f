import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { listAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** What can newly be reached from outside the cluster. */
export function exposureRisks({ live, after }: RiskInput): readonly Risk[] {
  if (!after) return []
  const group = groupOf(after.apiVersion)
  if (after.kind === 'Service' && group === '') return serviceRisks(live, after)
  if (after.kind === 'Ingress' && group === 'networking.k8s.io') {
    return hostRisks(ingressHosts(live), ingressHosts(after), after)
  }
  if (after.kind.endsWith('Route') && group === 'gateway.networking.k8s.io') {
    return hostRisks(
      listAt(live, 'spec', 'hostnames').map(String),
      listAt(after, 'spec', 'hostnames').map(String),
      after,
    )
  }
  return []
}

function serviceRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const type = textAt(after, 'spec', 'type')
  if (type === textAt(live, 'spec', 'type')) return []
  if (type !== 'LoadBalancer' && type !== 'NodePort') return []
  const message = `Service ${after.metadata.name} becomes reachable from outside the cluster (${type})`
  return [{ code: 'exposes-service', severity: type === 'LoadBalancer' ? 'high' : 'medium', message }]
}

function ingressHosts(ingress: KubernetesObject | null): readonly string[] {
  return listAt(ingress, 'spec', 'rules').map(rule => textAt(rule, 'host') || '*')
}

function hostRisks(
  before: readonly string[],
  now: readonly string[],
  after: KubernetesObject,
): readonly Risk[] {
  const added = [...new Set(now)].filter(host => !before.includes(host))
  if (added.length === 0) return []
  const message = `${after.kind} ${after.metadata.name} serves ${added.join(', ')} from now on`
  return [{ code: 'exposes-host', severity: 'medium', message }]
}
