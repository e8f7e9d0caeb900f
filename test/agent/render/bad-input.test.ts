import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

/*
 * What repositories of strangers, and of tired people, hold. Each is one problem that says where, and what to do. A namespace that is not
 * there and a cluster that forbids reads are known only with a cluster: see the planner's tests. Charts from elsewhere have tests of their own.
 */

let rendering: Rendering
beforeAll(async () => {
  rendering = await createRendering()
}, 1_200_000)
afterAll(() => rendering.close())

const bomb = `kind: ConfigMap\nb0: &b0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from(
  { length: 9 },
  (_, at) => {
    const before = `*b${at}`
    return `b${at + 1}: &b${at + 1} [${Array(9).fill(before).join(', ')}]`
  },
).join('\n')}\n`
const chart: Files = {
  'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
  'app/templates/a.yaml': configMap('a'),
}
const listing = (...resources: readonly string[]): Files => ({
  'app/kustomization.yaml': `resources:\n${resources.map(it => `- ${it}\n`).join('')}`,
})
const endless =
  '{{ range $a := until 100000 }}{{ range $b := until 100000 }}{{ if eq $a $b }}{{ end }}{{ end }}{{ end }}'
const huge = '{{ range until 30000 }}{{ repeat 1000 "0123456" }}{{ end }}'

describe('one clear problem with its place', () => {
  test.each<[string, Files, RegExp, object?]>([
    [
      'two kustomizations that build upon each other',
      {
        ...listing('../base'),
        'base/kustomization.yaml': 'resources:\n- c.yaml\n- ../app\n',
        'base/c.yaml': configMap('c'),
      },
      /^base\/kustomization\.yaml:3:3: these kustomizations build upon each other: app -> base -> app \(move what they share/,
    ],
    [
      'a kustomization that builds upon itself',
      listing('../app'),
      /^app\/kustomization\.yaml:2:3: .*: app -> app \(/,
    ],
    [
      'a circle that the application is no part of',
      {
        ...listing('../a'),
        'a/kustomization.yaml': 'resources: [../b]\n',
        'b/kustomization.yaml': 'resources: [../c]\n',
        'c/kustomization.yaml': 'components: [../b]\n',
      },
      /^c\/kustomization\.yaml:1:14: .*: b -> c -> b \(/,
    ],
    [
      'a kustomization that builds upon the folder it lies in',
      { ...listing('..'), 'kustomization.yaml': 'resources: []\n' },
      /^app\/kustomization\.yaml:2:3: app builds upon \., a folder that holds app \(/,
    ],
    [
      'a value file that is missing',
      chart,
      /^apps\/shop\.yaml:1: .*prod\.yaml/,
      { helm: { valueFiles: ['prod.yaml'] } },
    ],
    ['an alias bomb', { 'app/a.yaml': bomb }, /^app\/a\.yaml:1:1: aliases in this document expand/],
    [
      'an alias bomb below a kustomization',
      { ...listing('a.yaml'), 'app/a.yaml': bomb },
      /^app\/a\.yaml:1:1: aliases in this document expand/,
    ],
    [
      'a kustomization that is an alias bomb',
      { 'app/kustomization.yaml': bomb },
      /^app\/kustomization\.yaml:1:1: aliases/,
    ],
    [
      'values that are an alias bomb',
      { ...chart, 'app/values.yaml': bomb },
      /^app\/values\.yaml:1.*alias|^app\/values\.yaml.*(excessive|expand)/,
    ],
    [
      '200 MB out of a chart',
      { ...chart, 'app/templates/b.yaml': `a: ${huge}\n` },
      /^apps\/shop\.yaml:1: helm (wrote more than 64 MiB of manifests|used more than 512 MiB of memory) for app \(split/,
    ],
    [
      'a render that never ends',
      { ...chart, 'app/templates/b.yaml': endless },
      /^apps\/shop\.yaml:1: helm did not finish in 2 s for app \(split/,
    ],
    [
      'a symlink to /etc/passwd',
      { 'app/a.yaml': '-> /etc/passwd' },
      /^app\/a\.yaml: the symlink app\/a\.yaml leads out of the repository/,
    ],
    [
      'a symlink to /etc/passwd, listed',
      { ...listing('a.yaml'), 'app/a.yaml': '-> /etc/passwd' },
      /^app\/kustomization\.yaml:2:3: the symlink app\/a\.yaml leads out/,
    ],
    [
      'a symlink to /etc/passwd in a chart',
      { ...chart, 'app/templates/b.yaml': '-> /etc/passwd' },
      /^app\/templates\/b\.yaml: the symlink app\/templates\/b\.yaml leads out/,
    ],
    [
      'a key that is given twice',
      { 'app/a.yaml': configMap('a', 'data:\n  a: "1"\n  b: "2"\n  a: "3"\n') },
      /^app\/a\.yaml:8:3: the key "a" is given twice/,
    ],
    [
      'a key that is given twice, below a kustomization',
      { ...listing('a.yaml'), 'app/a.yaml': configMap('a', 'data:\n  a: "1"\n  a: "3"\n') },
      /^app\/a\.yaml:7:3: the key "a" is given twice/,
    ],
    [
      'a tab',
      { 'app/a.yaml': 'kind: ConfigMap\nmetadata:\n\tname: a\n' },
      /^app\/a\.yaml:3:1: a tab is used/,
    ],
    [
      'a tab in a file with CRLF',
      { 'app/a.yaml': 'kind: ConfigMap\r\nmetadata:\r\n\tname: a\r\n' },
      /^app\/a\.yaml:3:1: a tab is used/,
    ],
    [
      'a template left in a manifest',
      { 'app/a.yaml': `${configMap('a')}{{- if .Values.more }}\ndata: {}\n{{- end }}\n` },
      /^app\/a\.yaml:5:\d+: .*\(this looks like a template/,
    ],
    [
      'a template left in a manifest below a kustomization',
      {
        ...listing('a.yaml'),
        'app/a.yaml': `${configMap('a')}{{- if .Values.more }}\ndata: {}\n{{- end }}\n`,
      },
      /^app\/a\.yaml:5:\d+: .*\(this looks like a template/,
    ],
  ])('%s', async (_, files, expected, source = {}) => {
    const limits = expected.source.includes('did not finish') ? { timeoutSeconds: 2 } : {}
    const problems = await rendering.problems(files, { path: 'app', ...source }, { limits })
    expect(problems).toEqual([expect.stringMatching(expected)])
    expect(problems.join()).not.toContain('root:x')
  })

  test.each<[string, Files]>([
    ['a manifest', {}],
    ['a manifest below a kustomization', listing('a.yaml')],
  ])('%s that is not UTF-8', async (_, files) => {
    const put = (file: string) =>
      writeFile(file, Buffer.from(`${configMap('a')}data: { a: "caf\u00e9" }\n`, 'latin1'))
    const problems = await rendering.problems(
      { ...files, 'app/b.yaml': configMap('b') },
      { path: 'app' },
      { prepare: folder => put(`${folder}/app/a.yaml`) },
    )
    expect(problems).toEqual([expect.stringMatching(/^app\/a\.yaml:1:1: the file is not UTF-8 text/)])
  })
})

describe('lines that end as on Windows', () => {
  const crlf = (files: Files) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]))
  const two = `# comment\n${configMap('a')}---\n${configMap('b', 'data:\n  text: |\n    one\n    two\n')}`

  test.each<[string, Files, readonly string[]]>([
    ['a folder', { 'app/a.yaml': two }, ['a app/a.yaml:2', 'b app/a.yaml:7']],
    ['a kustomization', { ...listing('a.yaml'), 'app/a.yaml': two }, ['a app/a.yaml:2', 'b app/a.yaml:7']],
    [
      'a chart',
      { ...chart, 'app/templates/a.yaml': two },
      ['a app/templates/a.yaml:2', 'b app/templates/a.yaml:7'],
    ],
  ])('of %s change nothing', async (_, files, expected) => {
    const objects = await rendering.objects(crlf(files), { path: 'app' })
    expect(objects.map(it => `${it.metadata.name} ${it.from}`)).toEqual(expected)
    expect(objects[1]).toMatchObject({ data: { text: 'one\ntwo\n' } })
  })
})
