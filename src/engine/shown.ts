import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, mapTexts, property, withProperty } from './json.ts'
import { hasKey, serverMergeKeysOf } from './merge-keys.ts'
import { saysNothing } from './same-value.ts'

/**
 * The part of `predicted` that is rendered: the server's form of every rendered value, none of its defaults. What a new
 * object is shown as, for the defaults of a dry run hold values (a cluster IP, a node port) that the real one will not get.
 */
export function renderedPart(predicted: KubernetesObject, rendered: KubernetesObject): KubernetesObject {
  return project(withoutUnasked(predicted, rendered), rendered, '') as KubernetesObject
}

/** A Service that leaves its addresses to the cluster in so many words (`clusterIP: ""`) gets others than those of the dry run. */
function withoutUnasked(predicted: KubernetesObject, rendered: KubernetesObject): KubernetesObject {
  const { spec } = rendered
  const asked = isJsonObject(spec) ? allocated.filter(name => saysNothing(name, spec[name])) : []
  return asked.length > 0 ? withoutAllocated(predicted, { ...predicted, spec: {} }) : predicted
}

function project(predicted: unknown, rendered: unknown, name: string): unknown {
  if (isJsonObject(rendered)) {
    if (!isJsonObject(predicted)) return predicted ?? rendered
    const fields = Object.entries(rendered).map(([field, value]) => [
      field,
      project(property(predicted, field), value, field),
    ])
    return Object.fromEntries(fields)
  }
  if (!Array.isArray(rendered) || !Array.isArray(predicted)) return predicted ?? rendered
  const keys = serverMergeKeysOf(name, rendered)
  return rendered.map((item, at) => {
    const counterpart = keys
      ? predicted.find(candidate => hasKey(candidate, keyOf(item, keys)))
      : predicted[at]
    return project(counterpart, item, '')
  })
}

function keyOf(item: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const present = keys.filter(key => property(item, key) !== undefined)
  return Object.fromEntries(present.map(key => [key, property(item, key)]))
}

/** Fields of a Service that a dry run fills with values which the real write will not get. */
const allocated = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'] as const

/** The volume with a pod's token, which gets a name by chance. Source: the ServiceAccount admission plugin. */
const tokenVolume = /kube-api-access-[a-z0-9]{5}\b/

/**
 * A predicted replacement, with what the cluster allots anew to every object of its kind as it is now: what it will be nobody knows
 * before, and that it changes says nothing.
 */
export function withAllotted(
  predicted: KubernetesObject,
  live: KubernetesObject,
  rendered: KubernetesObject,
): KubernetesObject {
  if (predicted.kind === 'Job' && predicted.metadata.uid && live.metadata.uid) {
    const [uid, now] = [predicted.metadata.uid, live.metadata.uid]
    return mapTexts(predicted, text => (text === uid ? now : text)) as KubernetesObject
  }
  if (predicted.apiVersion === 'v1' && predicted.kind === 'Pod') {
    const now = JSON.stringify(live.spec).match(tokenVolume)?.[0] ?? 'kube-api-access'
    return mapTexts(predicted, text => text.replace(tokenVolume, now)) as KubernetesObject
  }
  if (predicted.apiVersion !== 'v1' || predicted.kind !== 'Service' || !isJsonObject(predicted.spec)) {
    return predicted
  }
  const says = (name: string) => !saysNothing(name, property(rendered.spec, name))
  const hasAddress = says('clusterIP') || says('clusterIPs')
  const isFree = (name: string) => (name.startsWith('clusterIP') ? !hasAddress : !says(name))
  const spec = allocated
    .filter(isFree)
    .reduce((fields, name) => withProperty(fields, name, property(live.spec, name)), predicted.spec)
  return withoutAllocated({ ...predicted, spec }, live)
}

/** A predicted Service without what was allocated only for the dry run: neither rendered nor live yet. */
export function withoutAllocated(predicted: KubernetesObject, live: KubernetesObject): KubernetesObject {
  if (predicted.apiVersion !== 'v1' || predicted.kind !== 'Service' || !isJsonObject(predicted.spec)) {
    return predicted
  }
  const isNew = (name: string, before: unknown): boolean => property(before, name) === undefined
  const bare = allocated
    .filter(name => isNew(name, live.spec))
    .reduce((spec, name) => withProperty(spec, name, undefined), predicted.spec)
  const ports = property(bare, 'ports')
  const old = property(live.spec, 'ports')
  if (!Array.isArray(ports)) return { ...predicted, spec: bare }
  const kept = ports.map(port => {
    if (!isJsonObject(port)) return port as unknown
    const same = Array.isArray(old) && old.some(it => property(it, 'nodePort') === port.nodePort)
    return same ? port : withProperty(port, 'nodePort', undefined)
  })
  return { ...predicted, spec: withProperty(bare, 'ports', kept) }
}
