import type { Cluster } from '../../../../src/agent/cluster/cluster.ts'
import { objectIdOf } from '../../../../src/model/identity.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import type { World } from './world.ts'

/** Everything in a world that a sync could have to do with, by id, as text that can be compared with another world's. */
export type Snapshot = ReadonlyMap<string, string>

const builtIn = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['proof.example.com/v1', 'Gadget'],
] as const

export async function snapshotOf(cluster: Cluster, world: World, signal: AbortSignal): Promise<Snapshot> {
  const { namespace } = world
  const group = `${namespace}.example.com`
  cluster.forgetDiscovery()
  const discovery = await cluster.discover(signal)
  const objects: KubernetesObject[] = []
  for (const [apiVersion, kind] of [...builtIn, [`${group}/v1`, 'Gizmo'] as const]) {
    const resource = discovery.find(apiVersion, kind)
    if (resource) objects.push(...(await cluster.list(resource, { namespace }, signal)))
  }
  const definitions = discovery.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition')
  const definition =
    definitions && (await cluster.get(definitions, { namespace: '', name: `gizmos.${group}` }, signal))
  if (definition && !definition.metadata.deletionTimestamp) objects.push(definition)
  const neutral = (text: string) => text.replaceAll(namespace, 'WORLD')
  return new Map(
    objects
      .filter(it => !(['kube-root-ca.crt', 'default'].includes(it.metadata.name) && !it.metadata.labels))
      .map(object => [neutral(objectIdOf(object)), neutral(textOf(object))]),
  )
}

/** Names of the objects that are not the application's: exactly the same object as long as it is there. */
export async function foreignVersions(cluster: Cluster, { namespace }: World, signal: AbortSignal) {
  const discovery = await cluster.discover(signal)
  const texts: string[] = []
  for (const kind of ['ConfigMap', 'Secret']) {
    const resource = discovery.find('v1', kind)
    const objects = resource ? await cluster.list(resource, { namespace }, signal) : []
    for (const { metadata } of objects.filter(it => it.metadata.name.startsWith('foreign')))
      texts.push(`${kind} ${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`)
  }
  return texts.toSorted()
}

/** What people and syncs say, and who says it; not what the cluster makes of it by itself. */
function textOf(object: KubernetesObject): string {
  const { metadata, status: _, ...rest } = object
  const { 'deployment.kubernetes.io/revision': _revision, ...annotations } = metadata.annotations ?? {}
  const owners = (metadata.managedFields ?? [])
    .filter(it => !it.subresource && it.manager !== 'kube-controller-manager')
    .map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))
    .toSorted((a, b) => `${a.manager} ${a.operation}`.localeCompare(`${b.manager} ${b.operation}`))
  const { labels = {}, finalizers = [] } = metadata
  return JSON.stringify(sorted({ ...withoutAddresses(rest), labels, annotations, finalizers, owners }))
}

/** A Service's addresses are the cluster's choice; so is the serial number of a definition. */
function withoutAddresses(content: Readonly<Record<string, unknown>>): object {
  if (content['kind'] !== 'Service') return content
  const { clusterIP: _, clusterIPs: _all, ...spec } = content['spec'] as Readonly<Record<string, unknown>>
  return { ...content, spec }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** For people: what differs between two snapshots; empty when they are the same. */
export function differences(actual: Snapshot, expected: Snapshot): readonly string[] {
  const ids = [...new Set([...actual.keys(), ...expected.keys()])].toSorted()
  return ids.flatMap(id => {
    const [is, should] = [actual.get(id), expected.get(id)]
    if (is === should) return []
    if (is === undefined) return [`${id} is missing`]
    if (should === undefined) return [`${id} should not be there`]
    return [`${id} is\n  ${is}\nbut should be\n  ${should}`]
  })
}
