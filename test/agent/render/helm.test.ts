import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

const chart: Files = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'replicas: 1\nimage: web:1\n',
  'charts/web/templates/web.yaml': [
    '{{- $x := 1 }}',
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: {{ .Release.Name }}-web',
    'data:',
    '  replicas: "{{ .Values.replicas }}"',
    '  image: {{ .Values.image | quote }}',
    '  namespace: {{ .Release.Namespace }}',
    '  kubernetes: "{{ .Capabilities.KubeVersion.Version }}"',
    '  gateway: "{{ .Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1" }}"',
    '---',
    'apiVersion: v1',
    'kind: Service',
    'metadata:',
    '  name: web',
  ].join('\n'),
  'charts/web/templates/hook.yaml': [
    'apiVersion: batch/v1',
    'kind: Job',
    'metadata:',
    '  name: migrate',
    '  annotations: { "helm.sh/hook": pre-install }',
  ].join('\n'),
  'charts/web/templates/tests/probe.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata: { name: probe, annotations: { "helm.sh/hook": test } }\n',
  'charts/web/crds/crd.yaml':
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: xs.example.com }\n',
}

const places = (objects: Awaited<ReturnType<Rendering['objects']>>) =>
  objects.map(it => `${it.kind} ${it.metadata.name} ${it.from}`).sort()

describe('a chart in the repository', () => {
  test('renders CRDs and hooks, no tests, each with its template and line', async () => {
    expect(places(await rendering.objects(chart, { path: 'charts/web' }))).toEqual([
      'ConfigMap shop-web charts/web/templates/web.yaml:2',
      'CustomResourceDefinition xs.example.com charts/web/crds/crd.yaml:1',
      'Job migrate charts/web/templates/hook.yaml:1',
      'Service web charts/web/templates/web.yaml:13',
    ])
    const without = await rendering.objects(chart, { path: 'charts/web', helm: { skipCrds: true } })
    expect(without.map(it => it.kind)).not.toContain('CustomResourceDefinition')
  })

  test('knows the destination', async () => {
    const objects = await rendering.objects(
      chart,
      { path: 'charts/web', helm: { releaseName: 'other' } },
      { kubernetesVersion: 'v1.31.2', apiVersions: ['v1', 'gateway.networking.k8s.io/v1'] },
    )
    expect(objects.find(it => it.kind === 'ConfigMap')).toMatchObject({
      metadata: { name: 'other-web' },
      data: { namespace: 'shop', kubernetes: 'v1.31.2', gateway: 'true' },
    })
  })

  test('values: files, then inline, then parameters', async () => {
    const files = {
      ...chart,
      'values/a.yaml': 'replicas: 2\nimage: web:2\n',
      'values/b.yaml': 'replicas: 3\n',
    }
    const data = async (helm: object) => {
      const objects = await rendering.objects(files, { path: 'charts/web', helm })
      return objects.find(it => it.kind === 'ConfigMap')?.['data']
    }
    const valueFiles = ['../../values/a.yaml', '/values/b.yaml']
    expect(await data({ valueFiles })).toMatchObject({ replicas: '3', image: 'web:2' })
    expect(await data({ valueFiles, values: 'replicas: 4\n' })).toMatchObject({
      replicas: '4',
      image: 'web:2',
    })
    expect(
      await data({ valuesObject: { image: 'o' }, parameters: [{ name: 'replicas', value: '5' }] }),
    ).toMatchObject({
      replicas: '5',
      image: 'o',
    })
    expect(await data({ parameters: [{ name: 'image', value: 'a,b=c', forceString: true }] })).toMatchObject({
      image: 'a,b=c',
    })
    expect(await data({ valueFiles: ['nope.yaml'], ignoreMissingValueFiles: true })).toMatchObject({
      replicas: '1',
    })
  })

  test('value files of another source of this repository', async () => {
    const sources = [
      { repoURL: '.', path: 'charts/web', helm: { valueFiles: ['$values/env/dev.yaml'] } },
      { repoURL: 'https://github.com/acme/shop', ref: 'values' },
    ]
    const objects = await rendering.objects({ ...chart, 'env/dev.yaml': 'replicas: 9\n' }, { sources })
    expect(objects.find(it => it.kind === 'ConfigMap')).toMatchObject({ data: { replicas: '9' } })
  })

  test('dependencies beside it, and theirs, are laid into it; the checkout stays as it was', async () => {
    const files = {
      ...chart,
      'charts/web/Chart.yaml':
        'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- { name: lib, version: 1.0.0, repository: "file://../lib" }\n',
      'charts/lib/Chart.yaml':
        'apiVersion: v2\nname: lib\nversion: 1.0.0\ndependencies:\n- { name: deep, version: 1.0.0, repository: "file://../../deep" }\n',
      'charts/lib/templates/l.yaml': configMap('{{ .Release.Name }}-lib'),
      'deep/Chart.yaml': 'apiVersion: v2\nname: deep\nversion: 1.0.0\n',
      'deep/templates/d.yaml': `# top\n${configMap('deep')}`,
    }
    expect(places(await rendering.objects(files, { path: 'charts/web' }))).toEqual(
      expect.arrayContaining([
        'ConfigMap deep deep/templates/d.yaml:2',
        'ConfigMap shop-lib charts/lib/templates/l.yaml:1',
      ]),
    )
  })
})

describe('problems have their place', () => {
  test.each<[string, Files, object, RegExp]>([
    [
      'a template that does not parse',
      { 'charts/web/templates/bad.yaml': 'a: 1\nb: {{ if }}\n' },
      {},
      /^charts\/web\/templates\/bad\.yaml:2: /,
    ],
    [
      'a template that fails',
      { 'charts/web/templates/bad.yaml': 'a: 1\nb: {{ .Values.no.such.thing }}\n' },
      {},
      /^charts\/web\/templates\/bad\.yaml:2:\d+: .*nil pointer.*a value that the template reads is not set/,
    ],
    [
      'a template that renders no YAML',
      { 'charts/web/templates/bad.yaml': 'a: "\nb\n' },
      {},
      /^charts\/web\/templates\/bad\.yaml:1: .*what the template renders is no YAML/,
    ],
    [
      'a template that renders no object',
      { 'charts/web/templates/bad.yaml': 'a: 1\n' },
      {},
      /^charts\/web\/templates\/bad\.yaml:1: .*(is missing|apiVersion)/,
    ],
    [
      'values that do not parse',
      { 'charts/web/values.yaml': 'a: "\n' },
      {},
      /^charts\/web\/values\.yaml:\d:\d: missing closing/,
    ],
    [
      'inline values that do not parse',
      {},
      { values: 'a: [' },
      /^apps\/shop\.yaml:1: the inline values of helm/,
    ],
    [
      'a value file that is missing',
      {},
      { valueFiles: ['x.yaml'] },
      /^apps\/shop\.yaml:1: the value file charts\/web\/x\.yaml does not exist/,
    ],
    ['a value file outside', {}, { valueFiles: ['../../../x.yaml'] }, /outside of the repository/],
    [
      'a value file that is a symlink out',
      { 'charts/web/x.yaml': '-> /etc/passwd' },
      { valueFiles: ['x.yaml'] },
      /leads out of the repository/,
    ],
    ['a remote value file', {}, { valueFiles: ['https://example.com/x.yaml'] }, /network/],
    [
      'a value file of an unknown source',
      {},
      { valueFiles: ['$x/y.yaml'] },
      /names a source that is not there \(give one of the sources the ref x\)/,
    ],
    [
      'a dependency that is not committed',
      {
        'charts/web/Chart.yaml':
          'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- name: redis\n  version: 1.0.0\n  repository: https://charts.example.com\n',
      },
      {},
      /^charts\/web\/Chart\.yaml:5:3: the dependency redis is not in the repository, and nothing may be fetched here/,
    ],
    [
      'values that the schema refuses',
      { 'charts/web/values.schema.json': '{"properties":{"replicas":{"type":"string"}}}' },
      {},
      /^charts\/web\/values\.schema\.json:1: .*|^charts\/web\/Chart\.yaml:1: .*schema/,
    ],
    [
      'a symlink in the chart that leads out',
      { 'charts/web/files/x': '-> ../../../../x' },
      {},
      /leads out of the repository/,
    ],
  ])('%s', async (_, files, helm, expected) => {
    const problems = await rendering.problems({ ...chart, ...files }, { path: 'charts/web', helm })
    expect(problems[0]).toMatch(expected)
    expect(problems.join('\n')).not.toMatch(/\/tmp\/|root:x/)
  })
})

test('the cluster is not looked into, names are not resolved, and the environment is bare', async () => {
  const template = configMap(
    'x',
    [
      'data:',
      '  found: "{{ len (lookup "v1" "Namespace" "" "") }}"',
      '  host: "{{ getHostByName "localhost" }}"',
      '  env: "{{ .Values.path }}"',
    ].join('\n'),
  )
  const files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/x.yaml': template,
  }
  const [object] = await rendering.objects(files, { path: 'c' })
  expect(object).toMatchObject({ data: { found: '0', host: '', env: '' } })
})
