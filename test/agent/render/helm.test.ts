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

describe("Argo CD's options of helm", () => {
  const shows: Files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/values.yaml': 'a: chart\nb: chart\nlist: []\n',
    'c/x.yaml': 'a: ex\nb: ex\n',
    'c/y.yaml': 'a: why\n',
    'c/note, 1.txt': 'a "note",\nof two lines',
    'c/values.schema.json': '{"properties":{"a":{"type":"string"}}}',
    'c/templates/shown.yaml': configMap(
      'shown',
      [
        'data:',
        '  a: {{ .Values.a | toJson | quote }}',
        '  b: {{ .Values.b | toJson | quote }}',
        '  list: {{ .Values.list | toJson | quote }}',
        '  release: {{ .Release.Name }} in {{ .Release.Namespace }}',
        '  kubernetes: {{ .Capabilities.KubeVersion.Version }}',
        '  gateway: "{{ .Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1/Gateway" }}"',
        '  apps: "{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }}"',
      ].join('\n'),
    ),
    'c/templates/probe.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: { name: probe, annotations: { "helm.sh/hook": test } }\n',
    'c/crds/crd.yaml':
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: xs.example.com }\n',
  }
  const param = (value: string, forceString = false, name = 'a') => ({ name, value, forceString })

  test.each<[string, object, object]>([
    ["the chart's values", {}, { a: '"chart"', b: '"chart"' }],
    ['value files, the last one first', { valueFiles: ['x.yaml', 'y.yaml'] }, { a: '"why"', b: '"ex"' }],
    ['value files the other way round', { valueFiles: ['y.yaml', 'x.yaml'] }, { a: '"ex"', b: '"ex"' }],
    [
      'values over value files',
      { valueFiles: ['x.yaml'], values: 'a: inline\n' },
      { a: '"inline"', b: '"ex"' },
    ],
    [
      'valuesObject in place of values',
      { values: 'a: text\nb: text\n', valuesObject: { a: 'object' } },
      { a: '"object"', b: '"chart"' },
    ],
    ['parameters over all', { valuesObject: { a: 'o' }, parameters: [param('p')] }, { a: '"p"' }],
    ['the last of two parameters', { parameters: [param('p'), param('q')] }, { a: '"q"' }],
    ['a number as a parameter', { skipSchemaValidation: true, parameters: [param('12')] }, { a: '12' }],
    ['a number as text', { parameters: [param('12', true)] }, { a: '"12"' }],
    ['a truth as text', { parameters: [param('true', true)] }, { a: '"true"' }],
    ['commas and equals signs', { parameters: [param('a=b,c=d')] }, { a: '"a=b,c=d"' }],
    ['a list', { parameters: [param('{x,y}', false, 'list')] }, { list: '["x","y"]' }],
    ['an item of a list', { parameters: [param('z', false, 'list[0]')] }, { list: '["z"]' }],
    [
      'a file as a value',
      { fileParameters: [{ name: 'a', path: 'note, 1.txt' }] },
      { a: JSON.stringify('a "note",\nof two lines') },
    ],
    ['a release name', { releaseName: 'other' }, { release: 'other in shop' }],
    ['a namespace', { namespace: 'elsewhere' }, { release: 'shop in elsewhere' }],
    ['the versions of the destination', {}, { kubernetes: 'v1.36.3', gateway: 'false', apps: 'true' }],
    ['a Kubernetes version', { kubeVersion: '1.30.1' }, { kubernetes: 'v1.30.1' }],
    [
      'API versions in place of those of the destination',
      { apiVersions: ['gateway.networking.k8s.io/v1/Gateway'] },
      { gateway: 'true' },
    ],
    [
      'missing value files',
      { valueFiles: ['no.yaml', 'y.yaml'], ignoreMissingValueFiles: true },
      { a: '"why"' },
    ],
  ])('%s', async (_, helm, expected) => {
    const objects = await rendering.objects(
      shows,
      { path: 'c', helm },
      { apiVersions: ['apps/v1/Deployment'] },
    )
    expect(objects.find(it => it.metadata.name === 'shown')).toMatchObject({ data: expected })
  })

  test.each([
    [{}, ['ConfigMap', 'CustomResourceDefinition']],
    [{ skipCrds: true }, ['ConfigMap']],
    [{ skipTests: true }, ['ConfigMap', 'CustomResourceDefinition']],
    [{ skipTests: false }, ['ConfigMap', 'CustomResourceDefinition']],
  ])('%o gives %s', async (helm, kinds) => {
    const objects = await rendering.objects(shows, { path: 'c', helm })
    expect(objects.map(it => it.kind).toSorted()).toEqual(kinds)
  })

  test.each<[string, object, RegExp]>([
    [
      'a file that is missing',
      { fileParameters: [{ name: 'a', path: 'none.txt' }], ignoreMissingValueFiles: true },
      /^apps\/shop\.yaml:1: the file c\/none\.txt does not exist/,
    ],
    ['a file outside', { fileParameters: [{ name: 'a', path: '../../x' }] }, /outside of the repository/],
    [
      'a file of the network',
      { fileParameters: [{ name: 'a', path: 'https://x.example/y?token=t' }] },
      /x\.example\/y would/,
    ],
    ['values that the schema refuses', { parameters: [param('12')] }, /schema/],
  ])('%s is told', async (_, helm, expected) => {
    const [problem, ...others] = await rendering.problems(shows, { path: 'c', helm })
    expect(problem).toMatch(expected)
    expect(others).toEqual([])
  })

  test('what a file holds is not told when the chart fails over it', async () => {
    const files = {
      ...shows,
      'c/secret.txt': 'correct-horse-battery',
      'c/templates/bad.yaml': '{{ fail (printf "no good: %s" .Values.a) }}',
    }
    const helm = { fileParameters: [{ name: 'a', path: 'secret.txt' }] }
    const [problem] = await rendering.problems(files, { path: 'c', helm })
    expect(problem).toContain('no good')
    expect(problem).not.toContain('correct-horse-battery')
  })
})

test('hooks stay hooks, with their weights and policies', async () => {
  const files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/hook.yaml':
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: { "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-weight": "-5", "helm.sh/hook-delete-policy": hook-succeeded }\n',
  }
  const [hook] = await rendering.objects(files, { path: 'c' })
  expect(hook?.metadata.annotations).toEqual({
    'helm.sh/hook': 'pre-install,pre-upgrade',
    'helm.sh/hook-weight': '-5',
    'helm.sh/hook-delete-policy': 'hook-succeeded',
  })
})

test('a chart that is vendored is taken as it is, whatever has a similar name', async () => {
  const files = {
    'c/Chart.yaml':
      'apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- { name: lib, version: 1.x, repository: "https://charts.example.com" }\n',
    'c/charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.2.0\n',
    'c/charts/lib/templates/l.yaml': configMap('lib'),
  }
  expect(places(await rendering.objects(files, { path: 'c' }))).toEqual([
    'ConfigMap lib c/charts/lib/templates/l.yaml:1',
  ])
  const { 'c/charts/lib/Chart.yaml': _, 'c/charts/lib/templates/l.yaml': _template, ...without } = files
  const similar = { ...without, 'c/charts/lib-more-1.0.0.tgz': 'not read' }
  const [problem] = await rendering.problems(similar, { path: 'c' })
  expect(problem).toMatch(/^c\/Chart\.yaml:5:3: the dependency lib is not in the repository/)
})

test('an alias of a chart beside it leads to its template', async () => {
  const files = {
    'c/Chart.yaml':
      'apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- { name: lib, version: 1.x, repository: "file://../lib", alias: front }\n',
    'lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.2.0\n',
    'lib/templates/l.yaml': `# a comment\n${configMap('{{ .Chart.Name }}')}`,
  }
  expect(places(await rendering.objects(files, { path: 'c' }))).toEqual([
    'ConfigMap front lib/templates/l.yaml:2',
  ])
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
