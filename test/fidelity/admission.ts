import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { isJsonObject, type JsonObject, listAt, property, propertyAt } from '../../src/engine/json.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { withValueAt } from './at.ts'
import type { Admission } from './sequence.ts'

const group = 'admissionregistration.k8s.io'
/** On a namespace: whose changes its objects go through. */
export const admissionLabel = 'fidelity.example.com/admission'

/** A mutating admission webhook on loopback, and a MutatingAdmissionPolicy. */
export interface AdmissionServer {
  /** To be on the cluster. */
  readonly objects: readonly KubernetesObject[]
  stop(): Promise<void>
}

/** Serves with the API server's own certificate, which is good for loopback. */
export async function startAdmission(kubeconfig: string): Promise<AdmissionServer> {
  const certificates = join(dirname(kubeconfig), 'certificates')
  const cert = await readFile(join(certificates, 'apiserver.crt'))
  const key = await readFile(join(certificates, 'apiserver.key'))
  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const name = (incoming.url ?? '').split('?')[0]?.slice(1) ?? ''
    read(incoming).then(
      review => outgoing.end(JSON.stringify(answerTo(review, mutations[name as keyof typeof mutations]))),
      () => outgoing.destroy(),
    )
  })
  // Longer than the API server keeps a connection that it does not use.
  server.keepAliveTimeout = 300_000
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const client = { url: `https://127.0.0.1:${port}`, caBundle: cert.toString('base64') }
  return {
    objects: [webhooks(client), policy, binding],
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

type Mutation = (object: JsonObject) => unknown
/** Each does the same to what it has changed already. */
const mutations: Readonly<Record<Exclude<Admission, 'none' | 'policy'>, Mutation>> = {
  annotates: object => {
    const marked = withValueAt(object, ['metadata', 'annotations', 'admission.example.com/seen'], 'yes')
    return object['kind'] === 'ConfigMap' ? withValueAt(marked, ['data', 'injected'], 'yes') : marked
  },
  injects: object =>
    withPodSpec(object, spec => {
      const proxy = {
        name: 'mesh-proxy',
        image: 'mesh.example/proxy:1',
        env: [{ name: 'MODE', value: 'sidecar' }],
      }
      const meshed = withValueAt(spec, ['containers', { name: 'mesh-proxy' }], proxy)
      const told = withValueAt(
        meshed,
        ['containers', { name: 'app' }, 'env', { name: 'MESH' }, 'value'],
        'on',
      )
      return withValueAt(told, ['volumes', { name: 'mesh' }, 'emptyDir'], {})
    }),
  rewrites: object => {
    const mirrored = withPodSpec(object, spec => ({
      ...(spec as object),
      containers: listAt(spec, 'containers').map(container => {
        const image = property(container, 'image')
        const mirror =
          typeof image === 'string' ? image.replace('registry.example/', 'mirror.example/') : image
        return { ...(container as object), image: mirror }
      }),
    }))
    const isSmall = propertyAt(mirrored, 'spec', 'replicas') === 1
    return isSmall ? withValueAt(mirrored, ['spec', 'replicas'], 2) : mirrored
  },
}

function withPodSpec(object: JsonObject, change: (spec: unknown) => unknown): JsonObject {
  const at =
    object['kind'] === 'Pod'
      ? ['spec']
      : object['kind'] === 'CronJob'
        ? ['spec', 'jobTemplate', 'spec', 'template', 'spec']
        : ['spec', 'template', 'spec']
  const spec = propertyAt(object, ...at)
  if (!isJsonObject(spec) || !Array.isArray(spec['containers'])) return object
  return withValueAt(object, at, change(spec)) as JsonObject
}

async function read(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

function answerTo(review: unknown, mutation: Mutation): object {
  const uid = propertyAt(review, 'request', 'uid')
  const object = propertyAt(review, 'request', 'object') as JsonObject
  const changed = mutation(object) as JsonObject
  const patch = Object.keys(changed).map(name => ({ op: 'add', path: `/${name}`, value: changed[name] }))
  const response = {
    uid,
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
  }
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }
}

const resources = ['configmaps', 'secrets', 'services', 'deployments', 'statefulsets', 'cronjobs', 'gadgets']
const rules = [
  {
    apiGroups: ['', 'apps', 'batch', 'fidelity.example.com'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE'],
    resources,
  },
]
const selecting = (name: string) => ({ namespaceSelector: { matchLabels: { [admissionLabel]: name } } })

function webhooks({ url, caBundle }: { readonly url: string; readonly caBundle: string }): KubernetesObject {
  return {
    apiVersion: `${group}/v1`,
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'fidelity' },
    webhooks: Object.keys(mutations).map(name => ({
      name: `${name}.fidelity.example.com`,
      clientConfig: { url: `${url}/${name}`, caBundle },
      rules,
      ...selecting(name),
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Fail',
    })),
  }
}

const policy: KubernetesObject = {
  apiVersion: `${group}/v1`,
  kind: 'MutatingAdmissionPolicy',
  metadata: { name: 'fidelity' },
  spec: {
    matchConstraints: { resourceRules: rules },
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: 'Object{metadata: Object.metadata{annotations: {"policy.example.com/stamp": "yes"}}}',
        },
      },
    ],
  },
}

const binding: KubernetesObject = {
  apiVersion: `${group}/v1`,
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: 'fidelity' },
  spec: { policyName: 'fidelity', matchResources: selecting('policy') },
}
