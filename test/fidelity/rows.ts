import { expect } from 'vitest'
import { applicationLabel } from '../../src/model/fields.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { definitions } from './kinds/custom.ts'
import type { Row } from './row.ts'

const meta = (name: string, annotations?: Readonly<Record<string, string>>) => ({
  name,
  ...(annotations ? { annotations } : {}),
})
const replace = { 'plumbline.dev/sync-options': 'Replace=true' }

const service = (port: number, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('web'),
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port }], ...more },
})

const configMap = (data: Readonly<Record<string, string>>, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: meta('settings'),
  data,
  ...more,
})

const workload = (kind: string, spec: object = {}, container: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: meta('web'),
  spec: {
    ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'registry.example/app:1.0', ...container }] },
    },
    ...spec,
  },
})
const deployment = (spec: object = {}, container: object = {}) => workload('Deployment', spec, container)
const containerAt = '/spec/template/spec/containers/0'

const gadget = (spec: object): KubernetesObject => ({
  apiVersion: 'fidelity.example.com/v1',
  kind: 'Gadget',
  metadata: meta('gadget'),
  spec,
})

const job: KubernetesObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: meta('once'),
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.example/app:1.0' }] },
    },
  },
}

const pod = (spec: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta('tool'),
  spec: { containers: [{ name: 'app', image: 'registry.example/app:1.0' }], ...spec },
})

/** What is in the way of an apply: nobody's defaults, or what others wrote beside it. */
const rivals: readonly Row[] = [
  {
    what: 'another port number in Git, under the same name',
    async play({ git }) {
      await git(service(80))
      expect(await git(service(8080))).toMatchObject({
        outcome: 'synced',
        changes: ['update /spec/ports/0 /spec/ports/0'],
      })
    },
  },
  {
    what: 'another port number by hand, under the same name',
    async play({ git, patch, heal, live }) {
      await git(service(80))
      const renumber = [{ op: 'replace', path: '/spec/ports/0/port', value: 8080 }]
      await patch(service(80), renumber)
      expect(await git(service(80))).toMatchObject({ outcome: 'synced' })
      await patch(service(80), renumber)
      expect(await heal()).toBe('synced')
      expect(await live(service(80))).toMatchObject({ spec: { ports: [{ name: 'http', port: 80 }] } })
      expect(await git(service(81))).toMatchObject({ outcome: 'synced' })
      expect(await live(service(80))).toMatchObject({ spec: { ports: [{ name: 'http', port: 81 }] } })
    },
  },
  {
    what: 'another port number than kubectl apply wrote',
    async play({ git, kubectlApply, live }) {
      await kubectlApply(service(80))
      expect(await git(service(8080))).toMatchObject({ outcome: 'synced' })
      expect(await live(service(80))).toMatchObject({ spec: { ports: [{ port: 8080 }] } })
    },
  },
  {
    what: 'another number of a container port by hand, under the same name',
    async play({ git, patch }) {
      const own = deployment({}, { ports: [{ name: 'http', containerPort: 8080 }] })
      await git(own)
      await patch(own, [{ op: 'replace', path: `${containerAt}/ports/0/containerPort`, value: 9090 }])
      expect(await git(own)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'the strategy Recreate, where the server had filled in rollingUpdate',
    async play({ git, live }) {
      await git(deployment())
      expect(await git(deployment({ strategy: { type: 'Recreate' } }))).toMatchObject({ outcome: 'synced' })
      expect(await live(deployment())).toHaveProperty('spec.strategy', { type: 'Recreate' })
      expect(await git(deployment())).toMatchObject({ outcome: 'synced' })
      expect(await live(deployment())).toHaveProperty('spec.strategy.type', 'RollingUpdate')
    },
  },
  {
    what: 'the strategy Recreate, after kubectl apply',
    async play({ git, kubectlApply }) {
      await kubectlApply(deployment())
      expect(await git(deployment({ strategy: { type: 'Recreate' } }))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'an empty label that goes while its object has to be written as a whole',
    async play({ git, patch }) {
      const own = deployment({ strategy: { type: 'Recreate' } })
      const labelled = { ...own, metadata: { ...own.metadata, labels: { tier: '' } } }
      await git(labelled)
      await patch(labelled, { metadata: { labels: { tier: null } }, spec: { strategy: null } })
      const { outcome, changes } = await git(labelled)
      expect(outcome).toBe('synced')
      expect(changes).toEqual([expect.stringContaining('/metadata/labels/tier')])
    },
  },
  {
    what: 'an empty label that goes where nobody knows who owned it',
    async play({ git, patch }) {
      const own = deployment()
      const labelled = { ...own, metadata: { ...own.metadata, labels: { tier: '' } } }
      await git(labelled)
      await patch(labelled, [
        { op: 'remove', path: '/metadata/labels/tier' },
        { op: 'replace', path: '/metadata/managedFields', value: [{}] },
      ])
      expect(await git(labelled)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'a Pod that is replaced, whose pull policy Git has left to another tool',
    async play({ git, apply }) {
      const runner: KubernetesObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('runner') }
      const image = { name: 'app', image: 'registry.example/app:1.0' }
      const own = (spec: object) => ({
        ...pod({ serviceAccountName: 'runner', ...spec }),
        metadata: meta('tool', replace),
      })
      const pulled = own({ containers: [{ ...image, imagePullPolicy: 'Always' }] })
      await git(runner, pulled)
      await apply(pulled)
      await git(runner, own({}))
      const { plan } = await git(runner, own({ terminationGracePeriodSeconds: 5 }))
      expect(plan.map(it => `${it.action} ${it.origin}`)).toEqual(['replace pull-request'])
    },
  },
  {
    what: 'text where Git has a number, by hand, when nobody knows any more who owned it',
    async play({ git, patch }) {
      const own = gadget({ limit: '25%', quantities: { cpu: 1 } })
      await git(own)
      await patch(own, { spec: { quantities: { cpu: '1' } } })
      await patch(own, [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }])
      expect(await git(own)).toMatchObject({ changes: ['adopt /spec/quantities/cpu'] })
    },
  },
  {
    what: 'what kubectl applied into a map that another tool had applied empty, when our own entry is lost',
    async play({ git, patch, apply, kubectlApply }) {
      const own = (annotations: Readonly<Record<string, string>>) => ({
        ...configMap({ a: '1' }),
        metadata: meta('settings', annotations),
      })
      await git(own({ note: 'two' }))
      await apply({ ...own({}), data: {} })
      await kubectlApply({ ...own({ note: 'two', more: 'x' }), data: { a: '1' } })
      await git(own({ note: '' }))
      const label = { [applicationLabel]: null }
      await patch(own({}), { metadata: { labels: label, annotations: { note: 'one' } }, data: { a: '2' } })
      expect(await git(own({ note: '' }))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'what others put into keyed lists of a custom resource that is taken over from kubectl',
    async play({ git, patch, kubectlApply, live }) {
      const own = gadget({ listeners: [{ id: 'a', hosts: [] }] })
      await kubectlApply(own)
      await patch(own, [
        { op: 'replace', path: '/spec/listeners/0/hosts', value: ['y', 'x'] },
        { op: 'add', path: '/spec/listeners/-', value: { id: 'b', hosts: ['z'] } },
      ])
      expect(await git(gadget({ listeners: [{ id: 'a' }] }))).toMatchObject({ outcome: 'synced' })
      expect(JSON.stringify((await live(own))?.['spec'])).toContain('"id":"b"')
    },
  },
  {
    what: 'a map of a custom resource that kubectl applied, and that Git leaves empty',
    async play({ git, apply, kubectlApply, scene }) {
      const policy = (spec: object) => ({
        apiVersion: 'fidelity.example.com/v1',
        kind: 'Policy',
        metadata: { name: `${scene.namespace}-options` },
        spec: { size: 2, ...spec },
      })
      await kubectlApply(policy({ options: { a: '01' } }))
      await apply(policy({ steps: [{ run: 'a' }] }))
      expect(await git(policy({ options: {} }))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'the update strategy OnDelete of a StatefulSet',
    async play({ git }) {
      await git(workload('StatefulSet'))
      const second = workload('StatefulSet', { updateStrategy: { type: 'OnDelete' } })
      expect(await git(second)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'another handler of a probe by hand',
    async play({ git, patch }) {
      const own = deployment({}, { readinessProbe: { httpGet: { path: '/', port: 80 } } })
      await git(own)
      await patch(own, [
        { op: 'replace', path: `${containerAt}/readinessProbe`, value: { tcpSocket: { port: 80 } } },
      ])
      expect(await git(own)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'a value by hand where Git has valueFrom',
    async play({ git, patch }) {
      const valueFrom = { fieldRef: { fieldPath: 'metadata.name' } }
      const own = deployment({}, { env: [{ name: 'POD', valueFrom }] })
      await git(own)
      await patch(own, [{ op: 'replace', path: `${containerAt}/env/0`, value: { name: 'POD', value: 'me' } }])
      expect(await git(own)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'maxUnavailable by hand where Git has minAvailable',
    async play({ git, patch }) {
      const own: KubernetesObject = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: meta('web'),
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
      }
      await git(own)
      await patch(own, [
        { op: 'remove', path: '/spec/minAvailable' },
        { op: 'add', path: '/spec/maxUnavailable', value: 1 },
      ])
      expect(await git(own)).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'a key of a ConfigMap that somebody moved to binaryData',
    async play({ git, patch }) {
      await git(configMap({ a: '1' }))
      await patch(configMap({}), { data: { a: null }, binaryData: { a: 'YQ==' } })
      expect(await git(configMap({ a: '1' }))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'what Git itself has twice is refused, whatever was there before',
    async play({ git, kubectlApply }) {
      await kubectlApply(deployment())
      const env = [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ]
      expect(await git(deployment({}, { env }))).toMatchObject({ outcome: 'refused', changes: ['error'] })
      const twice = configMap({ a: '1' }, { binaryData: { a: 'YQ==' } })
      expect(await git(twice)).toMatchObject({ outcome: 'refused' })
    },
  },
]

/** What has to be deleted and created again. */
const replaces: readonly Row[] = [
  {
    what: 'an immutable ConfigMap is replaced, and loses what others wrote to it',
    async play({ git, patch, live }) {
      const own = (a: string) => ({
        ...configMap({ a }, { immutable: true }),
        metadata: meta('settings', replace),
      })
      await git(own('1'))
      await patch(own('1'), { metadata: { annotations: { theirs: 'yes' } } })
      expect(await git(own('2'))).toMatchObject({
        outcome: 'synced',
        changes: ['replace /data/a /metadata/annotations/theirs'],
      })
      expect((await live(own('2')))?.metadata.annotations).not.toHaveProperty('theirs')
    },
  },
  {
    what: 'a Service that gets no address any more',
    async play({ git }) {
      const own = (clusterIP?: string) => ({
        ...service(80, clusterIP ? { clusterIP } : {}),
        metadata: meta('web', replace),
      })
      await git(own())
      expect(await git(own('None'))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'a Job with another image',
    async play({ git }) {
      const own = (image: string) => ({
        ...job,
        metadata: meta('once', replace),
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] } } },
      })
      await git(own('registry.example/app:1'))
      expect(await git(own('registry.example/app:2'))).toMatchObject({ outcome: 'synced' })
    },
  },
  {
    what: 'what the server would not create is refused before anything is deleted',
    async play({ git, live }) {
      const own = (app: string, replicas: number) => ({
        ...workload('StatefulSet', { selector: { matchLabels: { app } }, replicas }),
        metadata: meta('web', replace),
      })
      await git(own('web', 1))
      const before = await live(own('web', 1))
      // The selector cannot change, and does not match the labels of the template.
      expect(await git(own('other', 1))).toMatchObject({ outcome: 'refused', changes: ['error'] })
      expect((await live(own('web', 1)))?.metadata.uid).toBe(before?.metadata.uid)
    },
  },
  {
    what: 'a replace is refused where the object does not allow it',
    async play({ git }) {
      const own = (a: string) => configMap({ a }, { immutable: true })
      await git(own('1'))
      expect(await git(own('2'))).toMatchObject({ outcome: 'refused', changes: ['replace /data/a'] })
    },
  },
]

/** What others own, owned before, or share. */
const owners: readonly Row[] = [
  {
    what: 'a field that leaves Git stays while another manager applies it too',
    async play({ git, apply, live }) {
      await git(configMap({ a: '1', b: '2' }))
      await apply(configMap({ b: '2' }))
      expect(await git(configMap({ a: '1' }))).toMatchObject({ outcome: 'synced', changes: [] })
      expect(await live(configMap({}))).toHaveProperty('data.b', '2')
    },
  },
  {
    what: 'a key of stringData that leaves Git leaves the Secret',
    async play({ git, live }) {
      const own = (stringData: object): KubernetesObject => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: meta('login'),
        stringData,
      })
      await git(own({ user: 'ann', token: 'abcdefgh' }))
      expect(await git(own({ user: 'ann' }))).toMatchObject({ changes: ['update /data/token'] })
      expect((await live(own({})))?.['data']).toEqual({ user: 'YW5u' })
    },
  },
  {
    what: 'what leaves Git leaves the cluster, though nobody knew any more who owned it',
    async play({ git, patch, live }) {
      await git(configMap({ a: '1', b: '2' }))
      await patch(configMap({}), [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }])
      expect(await git(configMap({ a: '1', b: '2' }))).toMatchObject({ changes: ['adopt'] })
      expect(await git(configMap({ a: '1' }))).toMatchObject({ changes: ['update /data/b'] })
      expect((await live(configMap({})))?.['data']).toEqual({ a: '1' })
    },
  },
  {
    what: 'a Job of which nobody knows who wrote it is taken over as it is',
    async play({ git, patch, apply }) {
      await git(job)
      await patch(job, [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }])
      const marked = { ...job, metadata: { ...meta('once'), labels: { theirs: 'yes' } } }
      const { apiVersion, kind, metadata } = marked
      await apply({ apiVersion, kind, metadata })
      expect(await git(job)).toMatchObject({ outcome: 'synced', changes: ['adopt'] })
    },
  },
  {
    what: 'kubectl apply leaves the defaults that it met behind',
    async play({ git, kubectlApply, live }) {
      const own: KubernetesObject = {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: meta('web'),
        spec: {
          maxReplicas: 5,
          behavior: {},
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
      }
      await kubectlApply(own)
      const before = await live(own)
      expect(await git(own)).toMatchObject({ outcome: 'synced' })
      expect((await live(own))?.['spec']).toEqual(before?.['spec'])
    },
  },
  {
    what: 'what is ignored survives a take-over from kubectl apply',
    ignore: [
      {
        group: 'apps',
        kind: 'Deployment',
        name: null,
        namespace: null,
        jsonPointers: ['/spec/replicas'],
        jqPathExpressions: [],
        managedFieldsManagers: [],
      },
    ],
    async play({ git, kubectlApply, live }) {
      await kubectlApply(deployment({ replicas: 3 }))
      expect(await git(deployment({ replicas: 1 }))).toMatchObject({ outcome: 'synced' })
      expect(await live(deployment())).toHaveProperty('spec.replicas', 3)
    },
  },
  {
    what: 'a set keeps what others put into it',
    async play({ git, patch, live }) {
      await git(gadget({ tags: ['a'] }))
      await patch(gadget({}), { spec: { tags: ['a', 'theirs'] } })
      expect(await git(gadget({ tags: [] }))).toMatchObject({ changes: ['update /spec/tags'] })
      expect((await live(gadget({})))?.['spec']).toHaveProperty('tags', ['theirs'])
    },
  },
  {
    what: 'a list that is one value is written over whole, emptied ones too',
    async play({ git, patch }) {
      const own: KubernetesObject = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: meta('runner'),
        imagePullSecrets: [],
      }
      await git(own)
      await patch(own, { imagePullSecrets: [{ name: 'theirs' }] })
      expect(await git(own)).toMatchObject({ changes: ['update /imagePullSecrets/0'] })
    },
  },
]

/** Forms of the same value. */
const forms: readonly Row[] = [
  {
    what: 'a value that the server does not store is written anew, and is neither a change nor drift',
    async play({ git }) {
      const own = (spec: object) => {
        const { template, ...rest } = deployment()['spec'] as { template: { spec: object; metadata: object } }
        return {
          ...deployment(),
          spec: { ...rest, template: { ...template, spec: { ...template.spec, ...spec } } },
        }
      }
      await git(own({}))
      expect(await git(own({ hostNetwork: false }))).toMatchObject({ changes: [] })
    },
  },
  {
    what: 'a quantity that somebody wrote in another form goes back to that of Git',
    async play({ git, patch }) {
      const own = deployment({}, { resources: { requests: { memory: '64Mi' } } })
      await git(own)
      await patch(own, [
        { op: 'replace', path: `${containerAt}/resources/requests/memory`, value: '67108864' },
      ])
      expect(await git(own)).toMatchObject({ changes: [`update ${containerAt}/resources/requests/memory`] })
    },
  },
  {
    what: 'an order that somebody turned is turned back',
    async play({ git, patch }) {
      const env = ['A', 'B'].map(name => ({ name, value: name }))
      const own = deployment({}, { env })
      await git(own)
      await patch(own, [{ op: 'replace', path: `${containerAt}/env`, value: env.toReversed() }])
      expect(await git(own)).toMatchObject({ changes: [`update ${containerAt}/env`] })
    },
  },
  {
    what: 'null is as if nothing were written',
    async play({ git }) {
      await git(deployment({ replicas: 2, strategy: null, minReadySeconds: null }))
      expect(await git(deployment({ replicas: 2 }))).toMatchObject({ changes: [] })
      expect(await git(deployment({ replicas: null }))).toMatchObject({ changes: ['update /spec/replicas'] })
    },
  },
]

/** A kind of the namespace's own, so that its definition can change. */
function definitionOf(
  namespace: string,
  properties: object,
  required: readonly string[] = [],
): KubernetesObject {
  const [template] = definitions
  const group = `${namespace}.example.com`
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { size: { type: 'integer' }, ...properties }, required },
    },
  }
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }
  return {
    ...template,
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: meta(`things.${group}`),
    spec: { group, scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' }, versions: [version] },
  }
}

/** What comes with the same set. */
const sets: readonly Row[] = [
  {
    what: 'an object and the defaults that its definition gets in the same change',
    async play({ git, scene, live }) {
      const { namespace } = scene
      const thing = (size: number): KubernetesObject => ({
        apiVersion: `${namespace}.example.com/v1`,
        kind: 'Thing',
        metadata: meta('thing'),
        spec: { size },
      })
      await git(definitionOf(namespace, {}))
      await git(definitionOf(namespace, {}), thing(1))
      const color = {
        color: { type: 'string', default: 'red' },
        deep: { type: 'object', default: {}, properties: { level: { type: 'integer', default: 2 } } },
      }
      const { plan } = await git(definitionOf(namespace, color), thing(2))
      const change = plan.find(it => it.id.includes('/Thing/'))
      expect(change?.fields.map(it => it.path)).toEqual(['/spec/color', '/spec/deep/level', '/spec/size'])
      expect((await live(thing(2)))?.['spec']).toEqual({ size: 2, color: 'red', deep: { level: 2 } })
    },
  },
  {
    what: 'a Pod and its ServiceAccount and PriorityClass',
    async play({ git, scene }) {
      const name = `${scene.namespace}-urgent`
      const { outcome, plan } = await git(
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('runner') },
        { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: meta(name), value: 10 },
        pod({ serviceAccountName: 'runner', priorityClassName: name }),
      )
      expect(outcome).toBe('synced')
      expect(plan.find(it => it.id.includes('/Pod/'))?.note).toMatch(/^validated when its .* is created$/)
    },
  },
  {
    what: 'an object that another application owns is refused, with all the rest',
    async play({ git, kubectlCreate, live }) {
      const theirs = {
        ...configMap({ a: '1' }),
        metadata: { name: 'settings', labels: { [applicationLabel]: 'billing' } },
      }
      await kubectlCreate(theirs)
      expect(await git(configMap({ a: '2' }), service(80))).toMatchObject({ outcome: 'refused' })
      expect(await live(service(80))).toBeNull()
    },
  },
]

export const rows: readonly Row[] = [...rivals, ...replaces, ...owners, ...forms, ...sets]
