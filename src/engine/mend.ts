import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, property, sameJson } from './json.ts'
import { itemKey, serverMergeKeysOf } from './merge-keys.ts'
import { overlay } from './overlay.ts'

/** Of the members of each set an object may have one only. Source: the validation of Kubernetes 1.36. */
const exclusive: readonly (readonly string[])[] = [
  ['value', 'valueFrom'],
  ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'],
  ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'],
  ['minAvailable', 'maxUnavailable'],
  ['service', 'resource'],
  ['name', 'number'],
  [
    'awsElasticBlockStore',
    'azureDisk',
    'azureFile',
    'cephfs',
    'cinder',
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'fc',
    'flexVolume',
    'flocker',
    'gcePersistentDisk',
    'gitRepo',
    'glusterfs',
    'hostPath',
    'image',
    'iscsi',
    'nfs',
    'persistentVolumeClaim',
    'photonPersistentDisk',
    'portworxVolume',
    'projected',
    'quobyte',
    'rbd',
    'scaleIO',
    'secret',
    'storageos',
    'vsphereVolume',
  ],
]

/**
 * What live has to become where the server refuses an apply of `desired` for what it would leave standing beside it: what somebody
 * else wrote, or a default that nobody owns (kubernetes#89711). `rollingUpdate` beside `type: Recreate`, a port under another
 * number and the same name, `tcpSocket` beside `httpGet`. What is rendered wins. Null when nothing stands in its way.
 */
export function mended(live: KubernetesObject, desired: KubernetesObject): KubernetesObject | null {
  if (!isBuiltIn(desired)) return null
  const merged = overlay(live, desired)
  const target = withoutRivals(merged, desired, '') as KubernetesObject
  const clean = target.kind === 'ConfigMap' ? withoutTwins(target, desired) : target
  return sameJson(clean, merged) ? null : clean
}

/** Whether the rules of this file are the kind's. */
export function isBuiltIn({ apiVersion }: KubernetesObject): boolean {
  const group = groupOf(apiVersion)
  return !group.includes('.') || group.endsWith('.k8s.io')
}

function withoutRivals(target: unknown, desired: unknown, field: string): unknown {
  if (isJsonObject(target) && isJsonObject(desired)) {
    const rivals = rivalsOf(desired, field)
    const kept = Object.entries(target).filter(([name]) => !rivals.has(name))
    return Object.fromEntries(
      kept.map(([name, value]) => [
        name,
        Object.hasOwn(desired, name) ? withoutRivals(value, desired[name], name) : value,
      ]),
    )
  }
  if (!Array.isArray(target) || !Array.isArray(desired)) return target
  const keys = serverMergeKeysOf(field, target, desired)
  if (!keys) return target as unknown
  const rendered = new Map<string | null, unknown>(desired.map(item => [itemKey(item, keys), item]))
  const names = new Set<unknown>(
    desired.map(item => property(item, 'name')).filter(name => name !== undefined),
  )
  return target.flatMap((item): unknown[] => {
    const counterpart = rendered.get(itemKey(item, keys))
    if (counterpart !== undefined) return [withoutRivals(item, counterpart, '')]
    return names.has(property(item, 'name')) ? [] : [item]
  })
}

function rivalsOf(desired: Readonly<Record<string, unknown>>, field: string): ReadonlySet<string> {
  const rivals = exclusive
    .filter(set => set.some(name => Object.hasOwn(desired, name)))
    .flatMap(set => set.filter(name => !Object.hasOwn(desired, name)))
  const isStrategy = field === 'strategy' || field === 'updateStrategy'
  const isRolling = desired['type'] === undefined || desired['type'] === 'RollingUpdate'
  if (isStrategy && !isRolling && !Object.hasOwn(desired, 'rollingUpdate')) rivals.push('rollingUpdate')
  return new Set(rivals)
}

/** A key of a ConfigMap is either in its data or in its binaryData. */
function withoutTwins(target: KubernetesObject, desired: KubernetesObject): KubernetesObject {
  const others = (field: string, twin: string) => {
    const own = Object.keys((desired[field] as object | undefined) ?? {})
    const taken = Object.keys((desired[twin] as object | undefined) ?? {}).filter(key => !own.includes(key))
    const values: unknown = target[field]
    if (!isJsonObject(values)) return {}
    return { [field]: Object.fromEntries(Object.entries(values).filter(([key]) => !taken.includes(key))) }
  }
  return { ...target, ...others('data', 'binaryData'), ...others('binaryData', 'data') }
}
