import { randomBytes } from 'node:crypto'
import type { Cluster, Resource } from '../../../../src/agent/cluster/cluster.ts'
import type { SyncRequest } from '../../../../src/agent/sync/syncer.ts'
import type { Application } from '../../../../src/model/application.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { application } from '../../../builders/application.ts'
import { configMap, deployment, secret, service, withMeta } from '../../../builders/objects.ts'
import { hookJob } from '../hook-jobs.ts'
import { simulating, written } from '../objects.ts'

/** An application of about 60 objects of many kinds in three states, in a namespace with things that are not its own. */
export interface World {
  readonly application: Application
  readonly namespace: string
  readonly old: readonly KubernetesObject[]
  /** 20 objects more, 20 changed, 20 less, two of which others made before, a new kind with an object of it, and a hook before all of them. */
  readonly next: readonly KubernetesObject[]
  /** Like next, but never healthy. */
  readonly failing: readonly KubernetesObject[]
  request(objects: readonly KubernetesObject[], revision: string): SyncRequest
}

export const gadgets = customKind('proof.example.com', 'Gadget')

function customKind(group: string, kind: string): KubernetesObject {
  const plural = `${kind.toLowerCase()}s`
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 1 } } } },
    },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
}

function custom(group: string, kind: string, name: string, size: number): KubernetesObject {
  return { apiVersion: `${group}/v1`, kind, metadata: { name }, spec: { size } }
}

function role(name: string, verb: string): KubernetesObject {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: [verb] }]
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules }
}

type Make = (name: string, version: string) => KubernetesObject

const makers: readonly (readonly [count: number, make: Make])[] = [
  [9, (name, version) => written(configMap({ name, data: { version, kept: 'as it is' } }))],
  [4, (name, version) => written(secret({ name, data: { token: `${name} ${version}` } }))],
  [2, (name, version) => written(service({ name, port: version === '1' ? 80 : 8080 }))],
  [2, (name, version) => role(name, version === '1' ? 'get' : 'list')],
  [2, (name, version) => custom('proof.example.com', 'Gadget', name, Number(version))],
]

export interface WorldOptions {
  /** Of every kind only a third as many. Default: no. */
  readonly small?: boolean
  /** Whether it takes objects over that others made, which it can only do once. Default: yes. */
  readonly adopts?: boolean
}

function inWave(wave: string, object: KubernetesObject): KubernetesObject {
  return withMeta(object, { annotations: { 'argocd.argoproj.io/sync-wave': wave } })
}

const adopted = (at: number, text: string) => written(configMap({ name: `adopted-${at}`, data: { text } }))

/** A world of its own, ready for a first sync: its namespace, and what is in there already. */
export async function createWorld(
  cluster: Cluster,
  signal: AbortSignal,
  { small = false, adopts = true }: WorldOptions = {},
): Promise<World> {
  const some = (prefix: string, version: string): readonly KubernetesObject[] =>
    makers.flatMap(([count, make]) =>
      Array.from({ length: small ? Math.ceil(count / 3) : count }, (_, at) =>
        make(`${prefix}-${at}`, version),
      ),
    )
  const name = `proof-${randomBytes(4).toString('hex')}`
  const namespace = name
  const app = withPolicy(application({ name, namespace }))
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal)
  const others = [
    ...(adopts ? [0, 1].map(at => adopted(at, 'by hand')) : []),
    ...[0, 1, 2].map(at => written(configMap({ name: `foreign-${at}`, data: { not: 'ours' } }))),
    written(secret({ name: 'foreign', data: { not: 'ours' } })),
  ]
  for (const object of others) {
    const made = withMeta(object, { namespace })
    await cluster.apply(made, { dryRun: false, fieldManager: 'somebody' }, signal)
  }
  const group = `${name}.example.com`
  const web = (image: string) =>
    written(deployment({ name: 'web', replicas: 1, image: `registry.example/web:${image}` }))
  const old = [...some('changes', '1'), ...some('leaves', '1'), inWave('1', web('1'))]
  const base = [
    ...some('changes', '2'),
    ...some('comes', '2'),
    ...(adopts ? [0, 1].map(at => adopted(at, 'by git')) : []),
    customKind(group, 'Gizmo'),
    custom(group, 'Gizmo', 'first', 2),
    hookJob('migrate', 'PreSync', { policy: 'HookSucceeded' }),
  ]
  return {
    application: app,
    namespace,
    old,
    next: [...base, inWave('1', web('2'))],
    failing: [...base, inWave('1', simulating('crash', web('3')))],
    request: (objects, revision) => ({
      id: randomBytes(8).toString('hex'),
      application: app,
      removed: false,
      repository: null,
      revision,
      rendered: objects.map(object => ({ object, source: null })),
      reviewedDigest: null,
      requireReviewedPlan: false,
    }),
  }
}

function withPolicy(app: Application): Application {
  const retry = { limit: 2, durationSeconds: 0.2, maxDurationSeconds: 1, factor: 2 }
  return { ...app, syncPolicy: { ...app.syncPolicy, retry, timeoutSeconds: 90 } }
}

export async function removeWorld(
  cluster: Cluster,
  { namespace }: World,
  signal: AbortSignal,
): Promise<void> {
  const discovery = await cluster.discover(signal)
  const remove = async (kind: Resource | null, name: string) => {
    if (kind) await cluster.delete(kind, { namespace: '', name }, {}, signal)
  }
  await remove(
    discovery.find('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    `gizmos.${namespace}.example.com`,
  )
  await remove(discovery.find('v1', 'Namespace'), namespace)
}
