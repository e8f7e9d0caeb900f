import type { KubernetesObject } from './object.ts'

/** What makes an object the same object across renders, clusters and API versions. */
export interface Identity {
  /** API group; empty for the core group. */
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

export function identityOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): Identity {
  return {
    group: groupOf(object.apiVersion),
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
