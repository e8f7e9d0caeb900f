import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { listAt, numberAt, propertyAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** What can newly be reached from outside the cluster. */
export function exposureRisks({ live, after }: RiskInput): readonly Risk[] {
  if (!after) return []
  switch (groupOf(after.apiVersion)) {
    case '':
      return after.kind === 'Service' ? serviceRisks(live, after) : []
    case 'networking.k8s.io':
      return after.kind === 'Ingress' ? newHosts(live, after, ingressHosts) : []
    case 'route.openshift.io':
      return after.kind === 'Route' ? newHosts(live, after, openShiftHosts) : []
    case 'gateway.networking.k8s.io':
      if (after.kind === 'Gateway') return newHosts(live, after, listeners)
      return after.kind.endsWith('Route') ? routeRisks(live, after) : []
  }
  return []
}

function serviceRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const type = textAt(after, 'spec', 'type')
  const name = `Service ${after.metadata.name}`
  const isOutside = type === 'LoadBalancer' || type === 'NodePort'
  if (isOutside && type !== textAt(live, 'spec', 'type')) {
    const message = `${name} becomes reachable from outside the cluster (${type})`
    return [{ code: 'exposes-service', severity: type === 'LoadBalancer' ? 'high' : 'medium', message }]
  }
  return [
    ...addressRisks(live, after, name),
    ...(type === 'LoadBalancer' && live ? rangeRisks(live, after, name) : []),
  ]
}

function addressRisks(live: KubernetesObject | null, after: KubernetesObject, name: string): readonly Risk[] {
  const before = listAt(live, 'spec', 'externalIPs')
  const added = listAt(after, 'spec', 'externalIPs').filter(address => !before.includes(address))
  if (added.length === 0) return []
  const message = `${name} becomes reachable at ${added.map(String).join(', ')}`
  return [{ code: 'exposes-service', severity: 'medium', message }]
}

/** Who may reach a load balancer: nobody named means everybody. */
function rangeRisks(live: KubernetesObject, after: KubernetesObject, name: string): readonly Risk[] {
  const before = listAt(live, 'spec', 'loadBalancerSourceRanges')
  const now = listAt(after, 'spec', 'loadBalancerSourceRanges')
  const added = now.filter(range => !before.includes(range))
  if (before.length === 0 || (now.length > 0 && added.length === 0)) return []
  const who = now.length === 0 ? 'everywhere' : added.map(String).join(', ')
  const message = `${name} becomes reachable from ${who}`
  return [{ code: 'exposes-service', severity: now.length === 0 ? 'high' : 'medium', message }]
}

function ingressHosts(ingress: unknown): readonly string[] {
  const rules = listAt(ingress, 'spec', 'rules').map(rule => textAt(rule, 'host') || 'every host')
  return propertyAt(ingress, 'spec', 'defaultBackend') ? [...rules, 'every host'] : rules
}

function openShiftHosts(route: unknown): readonly string[] {
  return [textAt(route, 'spec', 'host') || 'a host that the cluster chooses']
}

function listeners(gateway: unknown): readonly string[] {
  return listAt(gateway, 'spec', 'listeners').map(
    it => `${textAt(it, 'hostname') || 'every host'} on port ${numberAt(it, 'port') ?? '?'}`,
  )
}

function routeHosts(route: unknown): readonly string[] {
  const hosts = listAt(route, 'spec', 'hostnames').map(String)
  return hosts.length > 0 ? hosts : ['every host of its Gateway']
}

function parents(route: unknown): readonly string[] {
  return listAt(route, 'spec', 'parentRefs').map(parent => {
    const namespace = textAt(parent, 'namespace')
    const section = textAt(parent, 'sectionName')
    const name = `${namespace ? `${namespace}/` : ''}${textAt(parent, 'name')}`
    return `${textAt(parent, 'kind') ?? 'Gateway'} ${name}${section ? `, ${section}` : ''}`
  })
}

function routeRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const hosts = newHosts(live, after, routeHosts)
  if (hosts.length > 0 || !live) return hosts
  const before = parents(live)
  const added = parents(after).filter(parent => !before.includes(parent))
  if (added.length === 0) return []
  const message = `${after.kind} ${after.metadata.name} is served by ${added.join(' and ')} from now on`
  return [{ code: 'exposes-host', severity: 'medium', message }]
}

function newHosts(
  live: KubernetesObject | null,
  after: KubernetesObject,
  hostsOf: (object: unknown) => readonly string[],
): readonly Risk[] {
  const before = live ? hostsOf(live) : []
  const added = [...new Set(hostsOf(after))].filter(host => !before.includes(host))
  if (added.length === 0) return []
  const message = `${after.kind} ${after.metadata.name} serves ${added.join(', ')} from now on`
  return [{ code: 'exposes-host', severity: 'medium', message }]
}
