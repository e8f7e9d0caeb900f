import { syncWaveAnnotations } from '../model/fields.ts'
import { type ObjectId, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { isDefinition } from './defined-kinds.ts'
import { textAt } from './json.ts'
import type { DesiredObject } from './plan-input.ts'

/**
 * Kinds in the order in which they are applied: what others need comes first. Helm's InstallOrder, which Argo CD shares; kinds
 * that are not listed come last, as custom resources do.
 */
const kindOrder: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]

const ranks: ReadonlyMap<string, number> = new Map(kindOrder.map((kind, at) => [kind, at]))

/** Place of a kind in the apply order. */
export function kindRank(kind: string): number {
  return ranks.get(kind) ?? kindOrder.length
}

/** Compares ids by kind order, then by text: the order in which changes are listed. */
export function compareIds(a: ObjectId, b: ObjectId): number {
  return kindRank(parseIdentity(a).kind) - kindRank(parseIdentity(b).kind) || compareTexts(a, b)
}

/** By code unit: the same on every machine, whatever its locale. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export interface Wave {
  readonly wave: number
  readonly objects: DesiredObject[]
}

/**
 * The waves of a sync, lowest first; inside a wave Namespaces and CustomResourceDefinitions, then the rest by kind and id.
 * A custom resource is never before the definition of its kind, nor an object before its Namespace, whatever their waves say.
 */
export function applyOrder(objects: readonly DesiredObject[]): readonly Wave[] {
  const floors = wavesOfPrerequisites(objects)
  const waveOf = (it: DesiredObject): number =>
    Math.max(
      syncWave(it.object),
      ...prerequisitesOf(it).map(need => floors.get(need) ?? Number.NEGATIVE_INFINITY),
    )
  return [...Map.groupBy(objects, waveOf)]
    .sort(([a], [b]) => a - b)
    .map(([wave, members]) => ({ wave, objects: members.sort((a, b) => compareIds(a.id, b.id)) }))
}

/** The reverse of the apply order: what needs others goes first. */
export function pruneOrder(ids: Iterable<ObjectId>): ObjectId[] {
  return [...ids].sort((a, b) => compareIds(b, a))
}

/**
 * The same in steps: later waves before earlier ones, and inside a wave kind by kind. What cannot be said of an object's wave
 * counts as 0.
 */
export function pruneRanks(
  ids: readonly ObjectId[],
  objectOf: (id: ObjectId) => KubernetesObject | null,
): readonly (readonly ObjectId[])[] {
  const waveOf = (id: ObjectId): number => {
    const object = objectOf(id)
    return object ? syncWave(object) : 0
  }
  const waves = [...Map.groupBy(pruneOrder(ids), waveOf)].sort(([a], [b]) => b - a)
  return waves.flatMap(([, members]) => [
    ...Map.groupBy(members, id => kindRank(parseIdentity(id).kind)).values(),
  ])
}

/** An object's wave by its annotations; 0 when it names none or no whole number. */
export function syncWave(object: KubernetesObject): number {
  for (const name of syncWaveAnnotations) {
    const text = textAt(object, 'metadata', 'annotations', name)
    if (text !== null && /^[+-]?\d{1,9}$/.test(text.trim())) return Number(text)
  }
  return 0
}

function wavesOfPrerequisites(objects: readonly DesiredObject[]): ReadonlyMap<string, number> {
  const waves = new Map<string, number>()
  for (const { object } of objects) {
    if (object.kind === 'Namespace') waves.set(`namespace ${object.metadata.name}`, syncWave(object))
    if (isDefinition(object)) {
      const kind = `${textAt(object, 'spec', 'group')}/${textAt(object, 'spec', 'names', 'kind')}`
      waves.set(`kind ${kind}`, syncWave(object))
    }
  }
  return waves
}

function prerequisitesOf({ id }: DesiredObject): readonly string[] {
  const { group, kind, namespace } = parseIdentity(id)
  return [`namespace ${namespace}`, `kind ${group}/${kind}`]
}
