import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../../src/model/problem.ts'
import type { Manifest } from '../../../src/repository/manifests.ts'
import { parseYamlDocuments } from '../../../src/repository/parse-yaml.ts'
import { bundledSource } from '../../../src/repository/schema/bundled.ts'
import { type CatalogRequest, loadCatalog } from '../../../src/repository/schema/catalog.ts'
import { checkManifests } from '../../../src/repository/schema/check-manifests.ts'
import { kindsDefinedBy } from '../../../src/repository/schema/definitions.ts'

const { signal } = new AbortController()

interface Options extends Partial<Pick<CatalogRequest, 'complete' | 'retired'>> {
  readonly role?: Manifest['role']
}

/** What is told of a file `a.yaml`, and of which kinds nothing is known. */
async function check(text: string, { role = 'whole', complete = false, retired }: Options = {}) {
  const { documents, problems } = parseYamlDocuments(text, 'a.yaml')
  expect(problems).toEqual([])
  const values = documents.map(it => it.value as { apiVersion?: string } | null)
  const catalog = await loadCatalog(
    {
      source: bundledSource(),
      complete,
      defined: values.flatMap(kindsDefinedBy),
      apiVersions: values.flatMap(it => (it?.apiVersion ? [it.apiVersion] : [])),
      retired: retired ?? (() => null),
    },
    signal,
  )
  const { problems: found, untold } = checkManifests([{ file: 'a.yaml', documents, role }], catalog)
  return { problems: found.map(it => formatProblem(it.problem)), untold }
}

const pod = (spec: string) => `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
${spec.replaceAll(/^/gm, '  ')}`

describe('a Pod', () => {
  test.each([
    [
      'a field that is none, but nearly one',
      'restartPolice: Always\ncontainers: [{ name: a }]',
      'a.yaml:5:3: Pod web: unknown field spec.restartPolice (did you mean "restartPolicy"?)',
    ],
    [
      'a field at the wrong indentation',
      'containers: [{ name: a }]\nresources: {}\nimagePullPolicy: Always',
      'a.yaml:7:3: Pod web: unknown field spec.imagePullPolicy (it belongs under spec.containers[])',
    ],
    [
      'a number in place of a text',
      'containers:\n- name: a\n  env:\n  - { name: PORT, value: 80 }',
      'a.yaml:8:21: Pod web: spec.containers[0].env[0].value must be a text, but is a number (put it in quotes)',
    ],
    [
      'what YAML reads as true',
      'containers:\n- name: a\n  env:\n  - name: A\n    value: yes',
      'a.yaml:9:7: Pod web: spec.containers[0].env[0].value must be a text, but is true (put it in quotes)',
    ],
    [
      'a text in place of a number',
      'terminationGracePeriodSeconds: "30"\ncontainers: [{ name: a }]',
      'a.yaml:5:3: Pod web: spec.terminationGracePeriodSeconds must be a whole number, but is a text (remove the quotes)',
    ],
    [
      'a map in place of a list',
      'containers: { name: a }',
      'a.yaml:5:3: Pod web: spec.containers must be a list, but is a map (begin each item of containers with a dash)',
    ],
    [
      'a list in place of a map',
      'nodeSelector: [a]\ncontainers: [{ name: a }]',
      'a.yaml:5:3: Pod web: spec.nodeSelector must be a map, but is a list (write fields without dashes)',
    ],
    [
      'something required that is missing',
      'containers:\n- image: nginx',
      'a.yaml:6:5: Pod web: spec.containers[0].name is missing',
    ],
    [
      'a value that is none of those allowed',
      'dnsPolicy: clusterfirst\ncontainers: [{ name: a }]',
      'a.yaml:5:3: Pod web: spec.dnsPolicy must be one of "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None", but is "clusterfirst" (did you mean "ClusterFirst"?)',
    ],
    [
      'a quantity with a unit of another world',
      'containers:\n- name: a\n  resources: { limits: { memory: 512MB } }',
      'a.yaml:7:28: Pod web: spec.containers[0].resources.limits.memory must be a quantity such as 500m or 2Gi, but is "512MB" (did you mean "512M"?)',
    ],
    [
      'a port that is neither number nor name',
      'containers:\n- name: a\n  livenessProbe: { httpGet: { port: 1.5 } }',
      'a.yaml:7:33: Pod web: spec.containers[0].livenessProbe.httpGet.port must be a whole number or a text, but is a number with a fraction (put it in quotes)',
    ],
    [
      'two items with the same key',
      'containers:\n- name: a\n- name: a',
      'a.yaml:7:5: Pod web: spec.containers[1] has the same name as containers[0] (keep one of the two)',
    ],
    [
      'two ports that are the same by a default',
      'containers:\n- name: a\n  ports: [{ containerPort: 80 }, { containerPort: 80, protocol: TCP }]',
      'a.yaml:7:36: Pod web: spec.containers[0].ports[1] has the same containerPort and protocol as ports[0] (keep one of the two)',
    ],
  ])('%s is told with its place', async (_, spec, problem) => {
    expect((await check(pod(spec))).problems).toContain(problem)
  })

  test.each([
    [
      'quantities in every form',
      'resources: { limits: { cpu: 0.5, memory: 1e3, a/b: 1.5Gi, c/d: "100m", e/f: 2 } }',
    ],
    [
      'ports by name and number',
      'livenessProbe: { httpGet: { port: http } }\n  readinessProbe: { httpGet: { port: 80 } }',
    ],
    ['null in place of anything', 'env:\n  resources:\n  command: ~'],
    ['one port over two protocols', 'ports: [{ containerPort: 53 }, { containerPort: 53, protocol: UDP }]'],
  ])('%s are good', async (_, fields) => {
    expect((await check(pod(`containers:\n- name: a\n  ${fields}`))).problems).toEqual([])
  })

  test('everything wrong is told at once', async () => {
    const { problems } = await check(pod('a: 1\nb: 2\ncontainers: [{ c: 3 }]'))
    expect(problems.map(it => it.replace(/^.*: /, ''))).toEqual([
      'unknown field spec.a',
      'unknown field spec.b',
      'spec.containers[0].name is missing',
      'unknown field spec.containers[0].c',
    ])
  })
})

test('a part of an object may lack what is required, and carry directives of merges', async () => {
  const text = pod('$retainKeys: [containers]\ncontainers:\n- image: b\n  $patch: delete\n  imag: c')
  expect((await check(text, { role: 'part' })).problems).toEqual([
    'a.yaml:9:5: Pod web: unknown field spec.containers[0].imag (did you mean "image"?)',
  ])
})

test('what is not meant as a manifest is passed over', async () => {
  expect((await check(pod('nonsense: 1'), { role: 'content' })).problems).toEqual([])
  expect((await check('apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n')).problems).toEqual([])
  expect((await check('replicaCount: 1\nkind: web\n')).problems).toEqual([])
})

test('the status is left to the server, and an object without a name is none', async () => {
  const text =
    'apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: { containers: [{ name: a }] }\nstatus: { bogus: 1 }\n'
  expect((await check(text)).problems).toEqual(['a.yaml:3:1: Pod: metadata.name is missing'])
})

test('each object of a list is told at its own place', async () => {
  const text = `apiVersion: v1
kind: List
items:
- { apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { x: 1 } }
- { apiVersion: v1, kind: ConfigMap, metadata: { name: b }, dat: {} }
`
  expect((await check(text)).problems).toEqual([
    'a.yaml:4:69: ConfigMap a: data.x must be a text, but is a number (put it in quotes)',
    'a.yaml:5:61: ConfigMap b: unknown field dat (did you mean "data"?)',
  ])
})

test('no value of a Secret is told', async () => {
  const text = `apiVersion: v1
kind: Secret
metadata: { name: a }
type: Opaque
data: { password: "hunter2!", pin: 4711 }
stringData: { note: [hunter3] }
immutable: hunter4
`
  const { problems } = await check(text)
  expect(problems).toHaveLength(4)
  expect(problems.join('\n')).not.toMatch(/hunter|4711/)
})

describe('a kind', () => {
  const object = (apiVersion: string, kind: string) =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n`

  test.each([
    [
      'apps/v1',
      'Deploymnet',
      'a.yaml:2:1: Deploymnet a: there is no kind Deploymnet in apps/v1 (did you mean "Deployment"?)',
    ],
    [
      'v1',
      'Deployment',
      'a.yaml:2:1: Deployment a: there is no kind Deployment in v1 (use apiVersion apps/v1)',
    ],
    ['aps/v1', 'Deployment', 'a.yaml:1:1: Deployment a: there is no apiVersion aps/v1 (use apps/v1)'],
    ['apps/v2', 'Thing', 'a.yaml:1:1: Thing a: there is no apiVersion apps/v2 (did you mean "apps/v1"?)'],
  ])('%s %s is told, and what was meant', async (apiVersion, kind, problem) => {
    expect((await check(object(apiVersion, kind))).problems).toEqual([problem])
  })

  test('that is served no more is told with what took its place', async () => {
    const retired = () => ({ removed: 22, instead: 'networking.k8s.io/v1' })
    const text = object('extensions/v1beta1', 'Ingress')
    expect((await check(text, { retired })).problems).toEqual([
      `a.yaml:1:1: Ingress a: Kubernetes ${bundledSource().kubernetesVersion} does not serve Ingress of extensions/v1beta1: it was removed in 1.22 (use networking.k8s.io/v1)`,
    ])
  })

  test.each([
    ['cert-manager.io/v1', 'Certificate'],
    ['serving.knative.dev/v1', 'Service'],
    ['admissionregistration.k8s.io/v1alpha9', 'Thing'],
  ])('%s %s may be served by a cluster: without one nothing is said against it', async (apiVersion, kind) => {
    expect(await check(object(apiVersion, kind))).toEqual({ problems: [], untold: [`${apiVersion} ${kind}`] })
  })

  test('that a cluster does not serve is told', async () => {
    expect((await check(object('cert-manager.io/v1', 'Certificate'), { complete: true })).problems).toEqual([
      'a.yaml:1:1: Certificate a: the cluster serves no cert-manager.io/v1, so Certificate is unknown to it (install its CustomResourceDefinition first, or keep it in this repository)',
    ])
  })
})

describe('a kind that the same repository defines', () => {
  const widget = (spec: string, version = 'v1') => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Widget, plural: widgets }
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: { type: integer, minimum: 1, maximum: 9 }
              colour: { type: string, enum: [red, grey] }
              code: { type: string, pattern: "^[a-z]+$", maxLength: 5 }
              tags: { type: array, minItems: 1, items: { type: string }, x-kubernetes-list-type: set }
              limit: { x-kubernetes-int-or-string: true, anyOf: [{ type: integer }, { type: string }] }
              free: { type: object, x-kubernetes-preserve-unknown-fields: true }
              pod: { type: object, x-kubernetes-embedded-resource: true, properties: { spec: { type: object } } }
            oneOf: [{ required: [colour] }, { required: [code] }]
---
apiVersion: example.com/${version}
kind: Widget
metadata: { name: w, lables: {} }
spec: ${spec}
`
  const told = async (spec: string) =>
    (await check(widget(spec))).problems.map(it => it.replace(/^.*?: Widget w: /, ''))
  const lables = 'unknown field metadata.lables (did you mean "labels"?)'

  test.each([
    ['{ size: 3, colour: red, free: { a: [1] }, limit: 50%, pod: { metadata: { name: x } } }', []],
    ['{ colour: red }', ['spec.size is missing']],
    ['{ size: 0, colour: red }', ['spec.size must be at least 1']],
    ['{ size: 10, colour: red }', ['spec.size must be at most 9']],
    ['{ size: 1, colour: green }', ['spec.colour must be "red" or "grey", but is "green"']],
    ['{ size: 1, code: ABC }', ['spec.code does not match ^[a-z]+$']],
    ['{ size: 1, code: abcdef }', ['spec.code must have at most 5 characters, but has 6']],
    ['{ size: 1, colour: red, tags: [] }', ['spec.tags must not be empty']],
    [
      '{ size: 1, colour: red, tags: [a, b, a] }',
      ['spec.tags[2] has the same value as tags[0] (keep one of the two)'],
    ],
    ['{ size: 1 }', ['spec needs colour, or code']],
    ['{ size: 1, colour: red, pod: { spce: 1 } }', ['unknown field spec.pod.spce (did you mean "spec"?)']],
  ])('takes %s for what it is', async (spec, problems) => {
    expect(await told(spec)).toEqual([lables, ...problems])
  })

  test('in another version than it has is unknown', async () => {
    expect((await check(widget('{}', 'v2'))).problems).toEqual([
      expect.stringContaining('there is no Widget of example.com/v2 (there is example.com/v1 Widget)'),
    ])
  })
})
