import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

const files: Files = {
  '.plumbline.yaml': 'version: 1\n',
  'app/b.yml': `# nothing\n---\n${configMap('b')}---\n# nothing either\n`,
  'app/a.json': '{"apiVersion":"v1","kind":"ConfigMap",\n"metadata":{"name":"a"}}',
  'app/list.yaml':
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: one }\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: two } }\n',
  'app/README.md': '# not a manifest',
  'app/deep/c.yaml': configMap('c'),
  'app/deep/test-d.yaml': configMap('d'),
}

async function names(source: object, more: Files = {}) {
  const objects = await rendering.objects({ ...files, ...more }, source)
  return objects.map(it => `${it.metadata.name} ${it.from}`)
}

describe('a directory of manifests', () => {
  test('YAML and JSON directly inside, lists flattened, in order of names', async () => {
    expect(await names({ path: 'app' })).toEqual([
      'a app/a.json:1',
      'b app/b.yml:3',
      'one app/list.yaml:4',
      'two app/list.yaml:7',
    ])
  })

  test.each<[object, readonly string[]]>([
    [{ recurse: true }, ['a', 'b', 'c', 'd', 'one', 'two']],
    [{ recurse: true, exclude: '**/test-*.yaml' }, ['a', 'b', 'c', 'one', 'two']],
    [{ recurse: true, include: 'deep/*.yaml' }, ['c', 'd']],
    [{ recurse: true, include: '{a.json,**/c.yaml}' }, ['a', 'c']],
  ])('%j', async (directory, expected) => {
    const found = (await names({ path: 'app', directory })).map(it => it.replace(/ .*$/, ''))
    expect(found.sort()).toEqual(expected)
  })

  test('the root, with symlinks that stay inside', async () => {
    expect(await names({ path: '.' }, { 'link.yaml': '-> app/deep/c.yaml' })).toEqual(['c link.yaml:1'])
  })

  test('values are what kubectl would read', async () => {
    const [object] = await rendering.objects(
      { 'x/x.yaml': configMap('x', 'mode: 0644\non: yes\nat: 22:22\n') },
      { path: 'x' },
    )
    expect(object).toMatchObject({ mode: 420, true: true, at: '22:22' })
  })
})

describe('problems have their place, all at once', () => {
  test.each<[string, string, RegExp]>([
    ['a tab', 'a:\n\tb: 1\n', /^app\/x\.yaml:2:1: a tab is used/],
    ['no object', '- 1\n', /^app\/x\.yaml:1:1: this is no Kubernetes object, which is a map/],
    [
      'no kind',
      'apiVersion: v1\n',
      /^app\/x\.yaml:1:1: .* kind is missing \(if the file is something else, leave it out/,
    ],
    [
      'no name',
      'apiVersion: v1\nkind: X\nmetadata:\n  labels: {}\n',
      /^app\/x\.yaml:3:1: metadata\.name is missing/,
    ],
    [
      'a name that is a number',
      'apiVersion: v1\nkind: X\nmetadata: { name: 12 }\n',
      /^app\/x\.yaml:3:13: metadata\.name must be a text/,
    ],
    [
      'a generated name',
      'apiVersion: v1\nkind: X\nmetadata: { generateName: x- }\n',
      /generateName is for hooks only/,
    ],
    [
      'a label that is no text',
      'apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  labels:\n    on: true\n    v: 1.10\n',
      /^app\/x\.yaml:6:5: the value of metadata\.labels\["true"\] must be a text \(put it in quotes\)/,
    ],
    ['a template', 'kind: {{ .Values.kind }}\n', /^app\/x\.yaml:1:\d: .*\(this looks like a template/],
    [
      'a template that breaks YAML',
      '{{- if .Values.x }}\nkind: X\n{{- end }}\n',
      /^app\/x\.yaml:\d:\d: .*\(this looks like a template/,
    ],
    [
      'the same object again',
      configMap('b'),
      /^app\/x\.yaml:1:1: ConfigMap b is also defined at app\/b\.yml:3:1 \(keep one/,
    ],
  ])('%s', async (_, text, expected) => {
    expect((await rendering.problems({ ...files, 'app/x.yaml': text }, { path: 'app' }))[0]).toMatch(expected)
  })

  test('of several files', async () => {
    const problems = await rendering.problems({ 'app/a.yaml': 'a: "', 'app/b.yaml': '- 1' }, { path: 'app' })
    expect(problems.map(it => it.split(':')[0])).toEqual(['app/a.yaml', 'app/b.yaml'])
  })

  test.each<[string, object, RegExp]>([
    ['a path that does not exist', { path: 'nope' }, /^apps\/shop\.yaml:1: the path nope does not exist/],
    ['a path that is a file', { path: 'app/a.json' }, /the path app\/a\.json is a file/],
    ['a path above the repository', { path: '../other' }, /lies outside of the repository/],
    ['a path that is a symlink out', { path: 'out' }, /symlink out leads out/],
    ['a symlink out', { path: 'links' }, /symlink links\/x\.yaml leads out/],
    ['another repository', { path: 'app', repoURL: 'https://github.com/acme/other' }, /another repository/],
    [
      'a chart from elsewhere',
      { chart: 'redis', repoURL: 'https://charts.example.com' },
      /redis is not in the repository, and nothing may be fetched here/,
    ],
  ])('%s', async (_, source, expected) => {
    const more = { ...files, out: '-> /etc', 'links/x.yaml': '-> ../../x.yaml' }
    expect((await rendering.problems(more, source))[0]).toMatch(expected)
  })

  test('bounds are named', async () => {
    expect(await rendering.problems(files, { path: 'app' }, { limits: { maxObjects: 2 } })).toEqual([
      expect.stringMatching(/^apps\/shop\.yaml:1: shop renders more than 2 objects/),
    ])
    expect(await rendering.problems(files, { path: 'app' }, { limits: { maxFiles: 2 } })).toEqual([
      expect.stringMatching(/^apps\/shop\.yaml:1: app holds more than 2 files/),
    ])
    const limits = { maxOutputBytes: 1024 ** 2 }
    const large = Object.fromEntries(
      ['x', 'y', 'z'].map(name => [
        `app/${name}.yaml`,
        configMap(name, `data: { a: ${name.repeat(400_000)} }\n`),
      ]),
    )
    expect(await rendering.problems({ ...files, ...large }, { path: 'app' }, { limits })).toEqual([
      expect.stringMatching(
        /^apps\/shop\.yaml:1: the manifests in app are more than 1 MiB .*directory\.exclude/,
      ),
    ])
  })
})

test('a glob that nobody could try out is said, and takes no time', async () => {
  const directory = { include: '{a,b}'.repeat(30) }
  expect(await rendering.problems({ 'a.yaml': configMap('a') }, { path: '.', directory })).toEqual([
    expect.stringMatching(/stands for too many patterns/),
  ])
})

test('no value of a Secret is in a message', async () => {
  const secret =
    'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData:\n  a: "hunter2\n  b: *hunter2\n  c: @hunter2\n  d: hunter2: hunter2\n'
  expect((await rendering.problems({ 'a/a.yaml': secret }, { path: 'a' })).join('\n')).not.toMatch(/hunter2/)
})
