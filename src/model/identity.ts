import type { KubernetesObject } from './object.ts'

/** What makes an object the same object across renders, clusters and API versions. */
export interface Identity {
  /** API group, of moved kinds the present one; empty for the core group. */
  readonly group: string
  readonly kind: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** `group/Kind/namespace/name`; the core group and a missing namespace are empty: `/ConfigMap/shop/settings`. */
export type ObjectId = string

/** The group of an apiVersion: `apps/v1` is `apps`, `v1` is the empty core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** Kinds that moved: the group that their objects are known by now. Source: the API deprecation guide of Kubernetes. */
const movedTo: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  extensions: {
    Deployment: 'apps',
    DaemonSet: 'apps',
    ReplicaSet: 'apps',
    Ingress: 'networking.k8s.io',
    NetworkPolicy: 'networking.k8s.io',
    PodSecurityPolicy: 'policy',
  },
  'events.k8s.io': { Event: '' },
}

/** The group under which an object is the same one, whichever group it is written or served in. */
export function canonicalGroup(group: string, kind: string): string {
  const kinds = Object.hasOwn(movedTo, group) ? movedTo[group] : undefined
  return kinds && Object.hasOwn(kinds, kind) ? (kinds[kind] ?? group) : group
}

/** The same of an id that may have been stored long ago. Throws RangeError when it is none. */
export function canonicalId(id: ObjectId): ObjectId {
  const identity = parseIdentity(id)
  return formatIdentity({ ...identity, group: canonicalGroup(identity.group, identity.kind) })
}

export function identityOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): Identity {
  return {
    group: canonicalGroup(groupOf(object.apiVersion), object.kind),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  }
}

export function formatIdentity(identity: Identity): ObjectId {
  return `${identity.group}/${identity.kind}/${identity.namespace}/${identity.name}`
}

export function objectIdOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): ObjectId {
  return formatIdentity(identityOf(object))
}

/** The inverse of {@link formatIdentity}. Throws RangeError when the text has not four parts. */
export function parseIdentity(id: ObjectId): Identity {
  const [group, kind, namespace, name, ...rest] = id.split('/')
  if (group === undefined || !kind || namespace === undefined || !name || rest.length > 0) {
    throw new RangeError(`"${id}" is not an object id; expected group/Kind/namespace/name`)
  }
  return { group, kind, namespace, name }
}

/** For people: `Deployment guestbook/frontend`, or `ClusterRole reader` when cluster-scoped. */
export function describeIdentity(identity: Identity): string {
  return identity.namespace
    ? `${identity.kind} ${identity.namespace}/${identity.name}`
    : `${identity.kind} ${identity.name}`
}
