import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseYamlDocuments } from '../../../src/repository/parse-yaml.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
let folder: string
beforeAll(async () => {
  rendering = await createRendering()
  folder = await mkdtemp(join(tmpdir(), 'plumbline-kustomize-'))
}, 1_200_000)
afterAll(async () => {
  await rendering.close()
  await rm(folder, { recursive: true, force: true })
})

/** What kustomize makes of the same files by itself. */
async function builtAlone(files: Files, path: string): Promise<readonly unknown[]> {
  const root = await mkdtemp(join(folder, 'checkout-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  const kustomize = join(await ensureBinaries(), 'kustomize')
  const { stdout } = await promisify(execFile)(kustomize, ['build', join(root, path)])
  return parseYamlDocuments(stdout, 'output').documents.map(it => it.value)
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
        envFrom: [{ configMapRef: { name: settings } }, { secretRef: { name: login } }]
`
const base: Files = {
  'base/kustomization.yaml': `resources: [web.yaml]
configMapGenerator: [{ name: settings, literals: [LEVEL=info, KEPT=yes] }]
secretGenerator: [{ name: login, envs: [login.env], type: Opaque }]
`,
  'base/web.yaml': web,
  'base/login.env': 'user=a\npassword=b\n',
}
const widget = `apiVersion: acme.example/v1
kind: Widget
metadata: { name: w }
spec: { config: { name: settings }, parts: [{ name: a, size: 1 }, { name: b, size: 2 }] }
`
const schema = {
  definitions: {
    'acme.Widget': {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            parts: {
              type: 'array',
              items: { type: 'object' },
              'x-kubernetes-patch-merge-key': 'name',
              'x-kubernetes-patch-strategy': 'merge',
            },
          },
        },
      },
      'x-kubernetes-group-version-kind': [{ group: 'acme.example', version: 'v1', kind: 'Widget' }],
    },
  },
}

describe('is built as kustomize alone builds it', () => {
  test.each<[string, string, Files]>([
    ['generators with hashes, and references to them', 'resources: [../base]\n', {}],
    [
      'a generator that merges into one of the base',
      'resources: [../base]\nconfigMapGenerator: [{ name: settings, behavior: merge, literals: [LEVEL=debug] }]\n',
      {},
    ],
    [
      'a generator that replaces, from files with keys of their own',
      'resources: [../base]\nconfigMapGenerator: [{ name: settings, behavior: replace, files: [own=a.txt, b.txt] }]\n',
      { 'app/a.txt': 'first\n', 'app/b.txt': 'second\r\nline' },
    ],
    [
      'generators without hashes',
      'resources: [../base]\ngeneratorOptions: { disableNameSuffixHash: true, labels: { made: "yes" } }\nconfigMapGenerator: [{ name: more, envs: [a.env] }]\n',
      { 'app/a.env': '# comment\nA=1\nB="2"\n' },
    ],
    [
      'an image by name and tag',
      'resources: [../base]\nimages: [{ name: web, newName: r.example/web, newTag: "2" }]\n',
      {},
    ],
    [
      'an image by digest',
      `resources: [../base]\nimages: [{ name: web, digest: "sha256:${'a'.repeat(64)}" }]\n`,
      {},
    ],
    ['replicas', 'resources: [../base]\nreplicas: [{ name: web, count: 5 }]\n', {}],
    [
      'a strategic merge patch',
      'resources: [../base]\npatches: [{ path: p.yaml }]\n',
      {
        'app/p.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: web, tty: true }] } } }\n',
      },
    ],
    [
      'a JSON 6902 patch with a target',
      'resources: [../base]\npatches:\n- target: { group: apps, version: v1, kind: Deployment, name: w.* }\n  patch: |-\n    - { op: replace, path: /spec/replicas, value: 3 }\n',
      {},
    ],
    [
      'patches of long ago',
      'resources: [../base]\npatchesStrategicMerge: [p.yaml]\npatchesJson6902: [{ target: { version: v1, group: apps, kind: Deployment, name: web }, path: j.json }]\n',
      {
        'app/p.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { paused: true }\n',
        'app/j.json': '[{"op": "replace", "path": "/spec/replicas", "value": 3}]',
      },
    ],
    [
      'components, in their order',
      'resources: [../base]\ncomponents: [../components/a, ../components/b]\n',
      {
        'components/a/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a-\n',
        'components/b/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: b-\nresources: [extra.yaml]\n',
        'components/b/extra.yaml': configMap('extra'),
      },
    ],
    [
      'replacements',
      'resources: [../base, extra.yaml]\nreplacements:\n- source: { kind: ConfigMap, name: extra, fieldPath: data.count }\n  targets: [{ select: { kind: Deployment }, fieldPaths: [metadata.annotations.count], options: { create: true } }]\n- path: r.yaml\n',
      {
        'app/extra.yaml': configMap('extra', 'data: { count: "7" }\n'),
        'app/r.yaml':
          'source: { kind: ConfigMap, name: extra, fieldPath: metadata.name }\ntargets: [{ select: { kind: Deployment }, fieldPaths: [spec.template.spec.containers.0.name] }]\n',
      },
    ],
    [
      'a schema of its own for merging',
      'resources: [w.yaml]\nopenapi: { path: schema.json }\npatches: [{ path: p.yaml }]\n',
      {
        'app/w.yaml': widget,
        'app/schema.json': JSON.stringify(schema),
        'app/p.yaml':
          'apiVersion: acme.example/v1\nkind: Widget\nmetadata: { name: w }\nspec: { parts: [{ name: b, size: 9 }] }\n',
      },
    ],
    [
      'definitions that say where names are referred to',
      'resources: [w.yaml]\ncrds: [crd.json]\nconfigMapGenerator: [{ name: settings, literals: [a=1] }]\n',
      {
        'app/w.yaml': widget,
        'app/crd.json': JSON.stringify({
          'github.com/acme/v1.Widget': {
            Schema: {
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: { $ref: 'github.com/acme/v1.Spec' },
              },
            },
          },
          'github.com/acme/v1.Spec': {
            Schema: {
              properties: {
                config: {
                  'x-kubernetes-object-ref-api-version': 'v1',
                  'x-kubernetes-object-ref-kind': 'ConfigMap',
                  $ref: 'k8s.io/api/core/v1.LocalObjectReference',
                },
              },
            },
          },
        }),
      },
    ],
    [
      'where names are referred to, by configurations',
      'resources: [w.yaml]\nnamePrefix: x-\nconfigurations: [names.yaml]\nconfigMapGenerator: [{ name: settings, literals: [a=1] }]\n',
      {
        'app/w.yaml': widget,
        'app/names.yaml':
          'nameReference:\n- kind: ConfigMap\n  version: v1\n  fieldSpecs: [{ kind: Widget, path: spec/config/name }]\n',
      },
    ],
    [
      'one base that two others share',
      'resources: [../left, ../right]\n',
      {
        'left/kustomization.yaml': 'resources: [../shared]\nnamePrefix: left-\n',
        'right/kustomization.yaml': 'resources: [../shared]\nnamePrefix: right-\n',
        'shared/kustomization.yml': 'resources: [c.yaml]\n',
        'shared/c.yaml': configMap('c'),
      },
    ],
  ])('%s', async (_, kustomization, more) => {
    const files = { ...base, ...more, 'app/kustomization.yaml': kustomization }
    const objects = await rendering.objects(files, { path: 'app' })
    expect(objects.map(({ from: _from, ...object }) => object)).toEqual(await builtAlone(files, 'app'))
    for (const { from } of objects) expect(from).toMatch(/^[a-z]+\/.*:\d+$/)
  })
})

test('charts inside of a kustomization are refused at their line', async () => {
  const files = {
    'app/kustomization.yaml':
      'resources: []\nhelmCharts:\n- name: redis\n  repo: https://charts.example.com\n',
  }
  expect(await rendering.problems(files, { path: 'app' })).toEqual([
    'app/kustomization.yaml:2:1: helmCharts is not supported: kustomize would run helm, and fetch charts by itself (make the chart a source of its own (spec.sources))',
  ])
})
