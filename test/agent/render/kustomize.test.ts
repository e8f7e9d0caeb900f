import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseYamlDocuments } from '../../../src/repository/parse-yaml.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

const guestbook = join(import.meta.dirname, '../../../examples/guestbook')

async function filesBelow(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(it => it.isFile()).map(it => join(it.parentPath, it.name))
  return Object.fromEntries(
    await Promise.all(
      files.map(async it => [it.slice(folder.length + 1), await readFile(it, 'utf8')] as const),
    ),
  )
}

describe('the guestbook', () => {
  test('renders as kustomize alone does, with the line of each object', async () => {
    const files = await filesBelow(guestbook)
    const objects = await rendering.objects(files, { path: 'overlays/prod' })
    const kustomize = join(await ensureBinaries(), 'kustomize')
    const { stdout } = await promisify(execFile)(kustomize, ['build', join(guestbook, 'overlays/prod')])
    expect(objects.map(({ from: _from, ...object }) => object)).toEqual(
      parseYamlDocuments(stdout, 'output').documents.map(it => it.value),
    )
    expect(objects.map(it => `${it.kind} ${it.metadata.name} ${it.from}`).sort()).toEqual([
      'ConfigMap guestbook-settings base/settings.yaml:1',
      'Deployment frontend base/frontend.yaml:2',
      'Deployment redis-follower base/redis-follower.yaml:2',
      'Deployment redis-leader base/redis-leader.yaml:2',
      'Service frontend base/frontend.yaml:36',
      'Service redis-follower base/redis-follower.yaml:33',
      'Service redis-leader base/redis-leader.yaml:33',
    ])
  })
})

describe('what counts in the built kustomization alone counts here too', () => {
  const files = {
    'app/kustomization.yaml': [
      'resources: [a.yaml, ../base]',
      'namePrefix: x-',
      'buildMetadata: [managedByLabel, originAnnotations]',
      'configMapGenerator:',
      '- name: other',
      '  literals: [a=1]',
      '- name: made',
      '  files: [key=deep/value.txt]',
    ].join('\n'),
    'app/a.yaml': `# comment\n${configMap('a')}`,
    'app/deep/value.txt': 'value',
    'base/kustomization.yml': 'resources: [b.yaml]\n',
    'base/b.yaml': `${configMap('first')}---\n${configMap('b')}`,
  }

  test('metadata of the build, generated objects, hashes, and annotations that the repository asked for', async () => {
    const objects = await rendering.objects(files, { path: 'app' })
    const places = objects.map(it => `${it.metadata.name.replace(/-[a-z0-9]{10}$/, '-HASH')} ${it.from}`)
    expect(places.sort()).toEqual([
      'x-a app/a.yaml:2',
      'x-b base/b.yaml:6',
      'x-first base/b.yaml:1',
      'x-made-HASH app/kustomization.yaml:7',
      'x-other-HASH app/kustomization.yaml:5',
    ])
    expect(objects[0]!.metadata.labels).toMatchObject({
      'app.kubernetes.io/managed-by': expect.stringMatching(/^kustomize/),
    })
    expect(objects[0]!.metadata.annotations).toHaveProperty(['config.kubernetes.io/origin'])
  })
})

describe("an Application's inline options are set as kustomize edit sets them", () => {
  const deployment = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: { name: web }',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '      - { name: web, image: web:1 }',
  ].join('\n')
  const files = {
    'app/kustomization.yaml':
      'resources: [web.yaml]\nnamePrefix: own-\nimages: [{ name: web, newName: registry.example/web, newTag: "2" }]\n',
    'app/web.yaml': deployment,
    'components/c/kustomization.yaml':
      'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncommonAnnotations: { c: "1" }\n',
  }

  test.each([
    [{ namePrefix: 'mine-' }, 'mine-web', 'registry.example/web:2'],
    [{ nameSuffix: '-z' }, 'own-web-z', 'registry.example/web:2'],
    [{ images: ['web:3'] }, 'own-web', 'web:3'],
    [{ images: ['web=*:3'] }, 'own-web', 'registry.example/web:3'],
    [{ images: ['web=other.example:5000/w@sha256:abc'] }, 'own-web', 'other.example:5000/w@sha256:abc'],
  ])('%j', async (kustomize, name, image) => {
    const [object] = await rendering.objects(files, { path: 'app', kustomize })
    expect(object).toMatchObject({
      metadata: { name },
      spec: { template: { spec: { containers: [{ image }] } } },
    })
  })

  test('namespace, replicas, labels, annotations and components', async () => {
    const [object] = await rendering.objects(files, {
      path: 'app',
      kustomize: {
        namespace: 'there',
        replicas: [{ name: 'web', count: '7' }],
        commonLabels: { l: 'yes' },
        commonAnnotations: { a: '0644' },
        components: ['../components/c'],
      },
    })
    expect(object).toMatchObject({
      metadata: { namespace: 'there', labels: { l: 'yes' }, annotations: { a: '0644', c: '1' } },
      spec: { replicas: 7, selector: { matchLabels: { l: 'yes' } } },
    })
  })
})

describe('problems have their place', () => {
  const app = (kustomization: string, more: Files = {}) => ({
    'app/kustomization.yaml': kustomization,
    ...more,
  })

  test.each<[string, Files, readonly (string | RegExp)[]]>([
    [
      'a missing resource, at the line that lists it',
      app('resources:\n- a.yaml\n- b.yml\n', { 'app/a.yaml': configMap('a'), 'app/b.yaml': configMap('b') }),
      [
        'app/kustomization.yaml:3:3: "b.yml", listed under resources, does not exist (did you mean "b.yaml"?)',
      ],
    ],
    [
      'a missing patch and a missing file of a generator, both at once',
      app('patches:\n- path: p.yaml\nconfigMapGenerator:\n- name: c\n  files: [k=nope.txt]\n'),
      [
        /^app\/kustomization\.yaml:2:3: "p\.yaml", listed under patches/,
        /^app\/kustomization\.yaml:5:11: "nope\.txt"/,
      ],
    ],
    [
      'a base without a kustomization',
      app('resources: [../base]\n', { 'base/a.yaml': configMap('a') }),
      [/^app\/kustomization\.yaml:1:13: base holds no kustomization\.yaml/],
    ],
    [
      'YAML that does not parse, in the resource',
      app('resources: [a.yaml]\n', { 'app/a.yaml': 'kind: ConfigMap\nmetadata:\n\tname: x\n' }),
      ['app/a.yaml:3:1: a tab is used for indentation (YAML allows only spaces there)'],
    ],
    [
      'YAML that does not parse, in the kustomization',
      app('resources: [a.yaml\n'),
      [/^app\/kustomization\.yaml:1:18: .*end with a \]/],
    ],
    [
      'a patch without a target',
      app(
        'resources: [a.yaml]\npatches:\n- target: { kind: ConfigMap, name: zzz }\n  patch: |-\n    - { op: add, path: /x/y/z, value: 1 }\n- path: p.yaml\n',
        {
          'app/a.yaml': configMap('a'),
          'app/p.yaml': configMap('nobody'),
        },
      ),
      [
        /^app\/kustomization\.yaml:\d+.*no matches for Id .*nobody.*\(a patch names something that is not built here/,
      ],
    ],
    [
      'an unknown field',
      app('resources: []\nnamePrefiks: x\n'),
      [/^app\/kustomization\.yaml:1: .*unknown field "namePrefiks".*check the spelling/],
    ],
    [
      'one object twice',
      app('resources: [a.yaml, b.yaml]\n', { 'app/a.yaml': configMap('a'), 'app/b.yaml': configMap('a') }),
      [
        /^app\/kustomization\.yaml:1:\d+: .*may not add resource with an already registered id.*two files define/,
      ],
    ],
    [
      'charts that kustomize would run helm for',
      app('helmCharts: [{ name: x }]\n'),
      [/helmCharts is not supported/],
    ],
  ])('%s', async (_, files, expected) => {
    const problems = await rendering.problems(files, { path: 'app' })
    expect(problems).toHaveLength(expected.length)
    for (const [index, it] of expected.entries()) {
      if (typeof it === 'string') expect(problems[index]).toBe(it)
      else expect(problems[index]).toMatch(it)
    }
  })
})

const remoteGenerator =
  'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: { name: c }\nfiles:\n- https://example.com/x\n'

describe('nothing is read from elsewhere', () => {
  test.each<[string, string, RegExp]>([
    [
      'a remote base',
      'resources:\n- https://github.com/acme/x//base?ref=v1\n',
      /^app\/kustomization\.yaml:2:3: .*network/,
    ],
    ['a remote file', 'resources: [http://127.0.0.1:1/x.yaml]\n', /network/],
    ['a remote base in short', 'bases: [github.com/acme/x]\n', /network/],
    ['a remote base over ssh', 'resources: ["git@example.com:acme/x"]\n', /network/],
    ['a remote patch', 'patches: [{ path: "http://127.0.0.1:1/p" }]\n', /network/],
    [
      'a remote file of a generator',
      'configMapGenerator: [{ name: c, files: ["k=http://127.0.0.1:1/p"] }]\n',
      /network/,
    ],
    ['fields in another case', 'Resources: ["https://example.com/x.yaml"]\n', /network/],
    ['a folder above the repository', 'resources: [../../../etc]\n', /outside of the repository/],
    ['an absolute path', 'resources: [/etc]\n', /outside of the repository/],
    ['a symlink out of the repository', 'resources: [out]\n', /symlink app\/out leads out of the repository/],
    [
      'a file that is a symlink out',
      'configMapGenerator: [{ name: c, files: [passwd] }]\n',
      /symlink app\/passwd leads out/,
    ],
    ['a plugin that names a URL', 'generators: [gen.yaml]\n', /^app\/gen\.yaml:5:3: .*network/],
    [
      'a plugin that is written in place',
      'generators:\n- |\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: { name: c }\n  files: ["a.b=http://127.0.0.1:1/x"]\n',
      /^app\/kustomization\.yaml: .*network/,
    ],
    ['a plugin in a folder', 'generators: [plugins]\n', /^app\/plugins\/gen\.yaml:5:3: .*network/],
    [
      'a folder that puts a plugin together',
      'generators: [patched]\n',
      /^app\/patched\/kustomization\.yaml: patches is not supported in a folder of plugins/,
    ],
    [
      'a field whose name only Go takes for its own',
      'configMapGenerator: [{ name: c, file\u017F: ["k=http://127.0.0.1:1/p"] }]\n',
      /network/,
    ],
  ])('%s', async (_, kustomization, expected) => {
    const files = {
      'app/kustomization.yaml': kustomization,
      'app/out': '-> ../../../../../../../../etc',
      'app/passwd': '-> /etc/passwd',
      'app/gen.yaml': remoteGenerator,
      'app/plugins/kustomization.yaml': 'resources: [gen.yaml]\n',
      'app/plugins/gen.yaml': remoteGenerator,
      'app/patched/kustomization.yaml': 'resources: [gen.yaml]\npatches: [{ path: patch.yaml }]\n',
      'app/patched/gen.yaml': 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: { name: c }\n',
      'app/patched/patch.yaml': remoteGenerator,
    }
    const problems = await rendering.problems(files, { path: 'app' })
    expect(problems[0]).toMatch(expected)
    expect(problems.join()).not.toMatch(/root:x/)
  })
})

test('plugins are not run', async () => {
  const plugin =
    'apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: "exec: { path: ./run.sh }"\n'
  const files = {
    'kustomization.yaml': 'transformers: [exec.yaml]\n',
    'exec.yaml': plugin,
    'run.sh': '#!/bin/sh\n',
  }
  expect(await rendering.problems(files, {})).toEqual([expect.stringMatching(/plugins disabled/)])
})

test('the checkout is left as it was, also at its root', async () => {
  const files = { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') }
  const [object] = await rendering.objects(files, { path: '.', kustomize: { namePrefix: 'x-' } })
  expect(object).toMatchObject({ metadata: { name: 'x-a' }, from: 'a.yaml:1' })
})

test('a bound that is passed is named', async () => {
  const files = {
    'kustomization.yaml': 'resources: [a.yaml]\n',
    'a.yaml': configMap('a', `data: { a: ${'x'.repeat(2000)} }\n`),
  }
  expect(await rendering.problems(files, {}, { limits: { maxOutputBytes: 1000 } })).toEqual([
    expect.stringMatching(/^apps\/shop\.yaml:1: kustomize wrote more than 0 MiB of manifests for \./),
  ])
  expect(await rendering.problems(files, {}, { limits: { timeoutSeconds: 0.001 } })).toEqual([
    expect.stringMatching(/^apps\/shop\.yaml:1: kustomize did not finish in 0\.001 s/),
  ])
})
