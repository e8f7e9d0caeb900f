import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { isJsonObject, listAt, propertyAt, textAt } from '../json.ts'
import { quantityOf } from '../quantity.ts'
import { podsWanted, podTemplateOf } from './pod-template.ts'

/** Amounts by the names that a ResourceQuota has for them, in nano-units. */
export type Usage = ReadonlyMap<string, bigint>

const one = 1_000_000_000n

/** What an object takes of its namespace's quotas, with everything that its controller makes for it. */
export function usageOf(object: KubernetesObject | null, live: KubernetesObject | null): Usage {
  if (!object) return new Map()
  const usage = new Map<string, bigint>()
  const add = (name: string, amount: bigint): void => {
    usage.set(name, (usage.get(name) ?? 0n) + amount)
  }
  add(countName(object), one)
  addPods(object, live, add)
  if (groupOf(object.apiVersion) === '') addCore(object, add)
  if (object.kind === 'StatefulSet') {
    const sets = BigInt(podsWanted(object, live))
    for (const claim of listAt(object, 'spec', 'volumeClaimTemplates')) addClaim(claim, sets, add)
  }
  return usage
}

type Add = (name: string, amount: bigint) => void

/** `count/deployments.apps`. Source: "Object count quota" in the documentation of Kubernetes. */
function countName({ apiVersion, kind }: KubernetesObject): string {
  const group = groupOf(apiVersion)
  const plural = kind
    .toLowerCase()
    .replace(/(s|x|ch)$/, '$1e')
    .replace(/y$/, 'ie')
  return `count/${plural}s${group === '' ? '' : `.${group}`}`
}

function addPods(object: KubernetesObject, live: KubernetesObject | null, add: Add): void {
  const template = podTemplateOf(object)
  if (!template) return
  const pods = BigInt(podsWanted(object, live))
  add('pods', pods * one)
  if (object.kind !== 'Pod') add('count/pods', pods * one)
  for (const what of ['requests', 'limits'] as const) {
    for (const [resource, amount] of ofOnePod(template.spec, what)) {
      add(`${what}.${resource}`, pods * amount)
      // A bare name means the request.
      if (what === 'requests' && isBare(resource)) add(resource, pods * amount)
    }
  }
}

function isBare(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage'
}

/**
 * The larger one of what its containers need together and what any container before them needs alone. Source: "Resource sharing
 * within containers" in the documentation of Kubernetes.
 */
function ofOnePod(spec: unknown, what: 'requests' | 'limits'): ReadonlyMap<string, bigint> {
  const total = new Map<string, bigint>()
  const add = (amounts: ReadonlyMap<string, bigint>): void => {
    for (const [name, amount] of amounts) total.set(name, (total.get(name) ?? 0n) + amount)
  }
  const first = listAt(spec, 'initContainers')
  for (const container of listAt(spec, 'containers')) add(amountsOf(container, what))
  for (const container of first.filter(isSidecar)) add(amountsOf(container, what))
  for (const container of first.filter(it => !isSidecar(it))) {
    for (const [name, amount] of amountsOf(container, what)) {
      if (amount > (total.get(name) ?? 0n)) total.set(name, amount)
    }
  }
  return total
}

function isSidecar(container: unknown): boolean {
  return textAt(container, 'restartPolicy') === 'Always'
}

function amountsOf(container: unknown, what: 'requests' | 'limits'): ReadonlyMap<string, bigint> {
  const limits = propertyAt(container, 'resources', 'limits')
  const said = propertyAt(container, 'resources', what)
  // Who says a limit alone requests as much.
  const all = { ...(isJsonObject(limits) ? limits : {}), ...(isJsonObject(said) ? said : {}) }
  return new Map(
    Object.entries(all).flatMap(([name, text]) => {
      const amount = quantityOf(text)
      return amount === null ? [] : [[name, amount] as const]
    }),
  )
}

function addCore(object: KubernetesObject, add: Add): void {
  switch (object.kind) {
    case 'ConfigMap':
      return add('configmaps', one)
    case 'Secret':
      return add('secrets', one)
    case 'ReplicationController':
      return add('replicationcontrollers', one)
    case 'PersistentVolumeClaim':
      return addClaim(object, 1n, add)
    case 'Service':
      return addService(object, add)
  }
}

function addClaim(claim: unknown, times: bigint, add: Add): void {
  add('persistentvolumeclaims', times * one)
  const size = quantityOf(propertyAt(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0n
  add('requests.storage', times * size)
  const storageClass = textAt(claim, 'spec', 'storageClassName')
  if (!storageClass) return
  add(`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`, times * one)
  add(`${storageClass}.storageclass.storage.k8s.io/requests.storage`, times * size)
}

function addService(service: KubernetesObject, add: Add): void {
  const type = textAt(service, 'spec', 'type')
  const ports = BigInt(listAt(service, 'spec', 'ports').length)
  add('services', one)
  if (type === 'LoadBalancer') add('services.loadbalancers', one)
  const hasNodePorts = type === 'NodePort' || type === 'LoadBalancer'
  if (hasNodePorts && propertyAt(service, 'spec', 'allocateLoadBalancerNodePorts') !== false) {
    add('services.nodeports', ports * one)
  }
}
