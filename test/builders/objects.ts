import type { KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../../src/model/object.ts'

type Meta = Partial<Omit<ObjectMeta, 'name'>>

export interface Named extends Meta {
  readonly name?: string
}

function metadata({ name = 'frontend', namespace = 'shop', ...rest }: Named): ObjectMeta {
  return { name, ...(namespace === '' ? {} : { namespace }), ...rest }
}

export interface DeploymentOptions extends Named {
  readonly replicas?: number
  readonly image?: string
  readonly env?: Readonly<Record<string, string>>
  readonly status?: unknown
}

/** A Deployment as people write it. */
export function deployment({
  replicas = 2,
  image = 'registry.example/frontend:1.0',
  env,
  status,
  ...named
}: DeploymentOptions = {}): KubernetesObject {
  const name = named.name ?? 'frontend'
  const variables = Object.entries(env ?? {}).map(([key, value]) => ({ name: key, value }))
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(named),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image, ...(variables.length > 0 ? { env: variables } : {}) }] },
      },
    },
    ...(status === undefined ? {} : { status }),
  }
}

export function service({
  port = 80,
  type,
  selector = { app: 'frontend' },
  ...named
}: Named & {
  readonly port?: number
  readonly type?: string
  readonly selector?: Readonly<Record<string, string>>
} = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(named),
    spec: { ...(type ? { type } : {}), selector, ports: [{ port }] },
  }
}

export function configMap({
  data = { mode: 'fast' },
  ...named
}: Named & { readonly data?: unknown } = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata({ name: 'settings', ...named }), data }
}

/** `data` as plain texts; encoded here. */
export function secret({
  data = { password: 'correct-horse' },
  ...named
}: Named & { readonly data?: Readonly<Record<string, string>> } = {}): KubernetesObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata({ name: 'credentials', ...named }),
    data: Object.fromEntries(encoded),
  }
}

export function namespace(name = 'shop'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

export function clusterRole({
  rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  ...named
}: Named & { readonly rules?: unknown } = {}): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: metadata({ name: 'reader', namespace: '', ...named }),
    rules,
  }
}

export function definition({
  group = 'example.com',
  kind = 'Widget',
  scope = 'Namespaced',
}: {
  readonly group?: string
  readonly kind?: string
  readonly scope?: string
} = {}): KubernetesObject {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope, names: { kind, plural }, versions: [{ name: 'v1', served: true, storage: true }] },
  }
}

/** A copy with more metadata. */
export function withMeta(object: KubernetesObject, meta: Partial<ObjectMeta>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...meta } }
}

export function labelled(
  object: KubernetesObject,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  return withMeta(object, { labels: { ...object.metadata.labels, ...labels } })
}

export function annotated(
  object: KubernetesObject,
  annotations: Readonly<Record<string, string>>,
): KubernetesObject {
  return withMeta(object, { annotations: { ...object.metadata.annotations, ...annotations } })
}

/** A copy with a managedFields entry added. */
export function managedBy(
  object: KubernetesObject,
  ...entries: readonly ManagedFieldsEntry[]
): KubernetesObject {
  return withMeta(object, { managedFields: [...(object.metadata.managedFields ?? []), ...entries] })
}
