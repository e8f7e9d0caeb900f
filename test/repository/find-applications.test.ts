import { describe, expect, test } from 'vitest'
import { applicationKey } from '../../src/model/application.ts'
import { formatProblem } from '../../src/model/problem.ts'
import { defaultSettings, type Settings } from '../../src/model/settings.ts'
import { findApplicationsIn } from '../../src/repository/find-applications.ts'
import { memoryTree } from './memory-tree.ts'

const { signal } = new AbortController()

function application(name: string, cluster: string, apiVersion = 'plumbline.dev/v1alpha1'): string {
  return [
    `apiVersion: ${apiVersion}`,
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    '  source: { repoURL: ., path: app }',
    `  destination: { name: ${cluster} }`,
    '',
  ].join('\n')
}

async function find(files: Readonly<Record<string, string>>, applications: readonly string[] | null = null) {
  const settings: Settings = { ...defaultSettings, applications }
  const found = await findApplicationsIn(memoryTree(files), settings, signal)
  return {
    ...found,
    keys: found.applications.map(applicationKey),
    problems: found.problems.map(formatProblem),
  }
}

describe('without settings', () => {
  test('Applications are found anywhere, in any YAML file, with file and line', async () => {
    const found = await find({
      'a/b/one.yaml': `# comment\n---\n${application('one', 'dev')}---\nkind: ConfigMap\n---\n${application('one', 'prod', 'argoproj.io/v1alpha1')}`,
      'two.yml': application('two', 'dev'),
      'README.md': application('three', 'dev'),
    })
    expect(found.keys).toEqual(['one@dev', 'one@prod', 'two@dev'])
    expect(found.applications.map(it => it.definedIn)).toEqual([
      { file: 'a/b/one.yaml', line: 3, column: 1, destinationLine: 8 },
      { file: 'a/b/one.yaml', line: 12, column: 1, destinationLine: 17 },
      { file: 'two.yml', line: 1, column: 1, destinationLine: 6 },
    ])
    expect(found.problems).toEqual([])
  })

  test('templates of charts, symlinks and kinds of other projects are passed over', async () => {
    const found = await find({
      'chart/Chart.yaml': 'name: c',
      'chart/templates/deep/app.yaml': `${application('one', 'dev')}{{ broken`,
      'link.yaml': '-> chart/templates/deep/app.yaml',
      'other.yaml': 'apiVersion: app.k8s.io/v1beta1\nkind: Application # not argoproj.io/\n',
      'broken.yaml': 'a: "',
    })
    expect(found).toMatchObject({ keys: [], problems: [] })
  })
})

describe('a file that is too large to be parsed', () => {
  const large = '# long\n'.repeat(800_000)

  test('is a problem when it may define Applications, for they must not look removed', async () => {
    const found = await find({ 'big.yaml': `${large}${application('one', 'dev')}`, 'data.yaml': large })
    expect(found.keys).toEqual([])
    expect(found.problems).toEqual([
      'big.yaml: the file is larger than 4 MiB, so its Applications are not read (split it, or name the files that hold Applications under "applications" in .plumbline.yaml)',
    ])
  })

  test('is a problem whenever the settings name it', async () => {
    const found = await find({ 'apps/data.yaml': large }, ['apps/*.yaml'])
    expect(found.problems).toEqual([expect.stringContaining('apps/data.yaml: the file is larger than 4 MiB')])
  })
})

describe('bounds of an Application', () => {
  const written = (annotation: string, policy: string, sources = 1) =>
    [
      'apiVersion: plumbline.dev/v1alpha1',
      'kind: Application',
      'metadata:',
      '  name: one',
      '  annotations:',
      `    plumbline.dev/sync-timeout: "${annotation}"`,
      'spec:',
      `  sources: [${Array.from({ length: sources }, () => '{ repoURL: ., path: app }').join(', ')}]`,
      '  destination: { name: dev }',
      `  syncPolicy: { retry: ${policy} }`,
    ].join('\n')

  test.each([
    ['5 minutes', '{}', 1, 'app.yaml:6:'],
    ['0s', '{}', 1, 'app.yaml:6:'],
    ['25h', '{}', 1, 'app.yaml:6:'],
    ['5m', '{ limit: 1000 }', 1, 'app.yaml:10:'],
    ['5m', '{ limit: -2 }', 1, 'app.yaml:10:'],
    ['5m', '{ backoff: { duration: 48h } }', 1, 'app.yaml:10:'],
    ['5m', '{ backoff: { factor: 0 } }', 1, 'app.yaml:10:'],
    ['5m', '{}', 51, 'app.yaml:8:'],
  ])('timeout %s, retry %s and %d sources are refused at %s', async (annotation, policy, sources, place) => {
    const found = await find({ 'app.yaml': written(annotation, policy, sources) })
    expect(found.keys).toEqual([])
    expect(found.problems).toHaveLength(1)
    expect(found.problems[0]).toContain(place)
  })

  test('a retry without end, as Argo CD has it, is tried a hundred times', async () => {
    const found = await find({ 'app.yaml': written('90s', '{ limit: -1 }') })
    expect(found.applications[0]?.syncPolicy).toMatchObject({ timeoutSeconds: 90, retry: { limit: 100 } })
  })
})

describe('with globs in the settings', () => {
  test('only the files that they name are read', async () => {
    const files = {
      'deploy/one.yaml': application('one', 'dev'),
      'other/two.yaml': application('two', 'dev'),
    }
    expect((await find(files, ['deploy/*.yaml'])).keys).toEqual(['one@dev'])
    expect((await find(files, ['**/*.yaml'])).keys).toEqual(['one@dev', 'two@dev'])
    expect((await find(files, ['./other/two.yaml'])).keys).toEqual(['two@dev'])
  })

  test('a file that is named and missing is a problem', async () => {
    expect((await find({}, ['deploy/one.yaml', 'x/*.yaml'])).problems).toEqual([
      '.plumbline.yaml: deploy/one.yaml is listed under "applications", but there is no such file (correct the path, or use a glob such as deploy/applications/*.yaml)',
    ])
  })
})

describe('what a stranger may put into a repository', () => {
  test('a glob that cannot be tried out is no reason to take Applications for removed', async () => {
    await expect(find({ 'a.yaml': application('one', 'dev') }, ['{a,b}'.repeat(30)])).rejects.toThrow(
      /in \.plumbline\.yaml is too long or stands for too many patterns/,
    )
  })

  test('documents that would take minutes to parse do not keep others waiting', async () => {
    const items = '- a\n'.repeat(200_000)
    const dense = `# kind: Application argoproj.io/\nx:\n${items}`
    const waiting = longestWait()
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.yaml`, dense]))
    await expect(find(files)).rejects.toThrow(/more than 1000000 lines together/)
    const many = `${application('one', 'dev')}# ${'- '.repeat(5000)}\n---\n`.repeat(100)
    await find({ 'a.yaml': many })
    expect(await waiting()).toBeLessThan(3_000)
  })
})

/** Milliseconds for which nothing else had its turn. */
function longestWait(): () => Promise<number> {
  let longest = 0
  let last = performance.now()
  const look = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(look, 1)
  return async () => {
    await new Promise(resolve => setTimeout(resolve, 5))
    look()
    clearInterval(timer)
    return longest
  }
}

describe('problems', () => {
  test('a destination that is no namespace', async () => {
    const text = application('one', 'dev').replace('{ name: dev }', '{ name: dev, namespace: ../x }')
    expect((await find({ 'a.yaml': text })).problems).toEqual([
      expect.stringMatching(/^a\.yaml:6:29: spec\.destination\.namespace: expected the name of a namespace/),
    ])
  })

  test('a parameter of helm is not quoted', async () => {
    const text = application('one', 'dev').replace(
      'path: app }',
      'path: app, helm: { parameters: [{ name: pin, value: 80123456 }] } }',
    )
    expect((await find({ 'a.yaml': text })).problems).toEqual([
      'a.yaml:5:70: spec.source.helm.parameters[0].value must be a text, but is a number',
    ])
  })

  test('every wrong field has its own place', async () => {
    const found = await find({
      'a.yaml': [
        'apiVersion: plumbline.dev/v1',
        'kind: Application',
        'metadata:',
        '  name: Bad_Name',
        'spec:',
        '  source:',
        '    path: app',
        '  revisionHistoryLimit: many',
        '',
      ].join('\n'),
    })
    expect(found.keys).toEqual([])
    expect(found.problems).toEqual([
      'a.yaml:1:1: apiVersion must be "plumbline.dev/v1alpha1" or "argoproj.io/v1alpha1", but is "plumbline.dev/v1" (did you mean "plumbline.dev/v1alpha1"?)',
      'a.yaml:4:3: metadata.name: expected a DNS name: lower case letters, digits, - and .',
      'a.yaml:6:3: spec.source.repoURL is missing',
      'a.yaml:5:1: spec.destination is missing',
      'a.yaml:8:3: spec.revisionHistoryLimit must be a number, but is "many"',
    ])
  })

  test('both source and sources, and no cluster', async () => {
    const text = application('one', 'dev')
      .replace('{ name: dev }', '{ namespace: x }')
      .replace('spec:', 'spec:\n  sources: [{ repoURL: . }]')
    expect((await find({ 'a.yaml': text })).problems).toEqual([
      'a.yaml:6:3: spec.source: give either source or sources',
      "a.yaml:7:3: spec.destination: give the cluster's name or its server, not both",
    ])
  })

  test('two of one name and cluster show both places; the first stays', async () => {
    const found = await find({
      'a.yaml': application('one', 'dev'),
      'b.yaml': `---\n${application('one', 'dev')}`,
    })
    expect(found.keys).toEqual(['one@dev'])
    expect(found.problems).toEqual([
      'b.yaml:2:1: the application "one" on cluster "dev" is already defined at a.yaml:1:1 (rename one of the two, or send it to another cluster)',
    ])
  })

  test('YAML that does not parse, where an Application may be', async () => {
    expect((await find({ 'a.yaml': `${application('one', 'dev')}  bad: [\n` })).problems[0]).toMatch(
      /^a\.yaml:7:8: /,
    )
  })
})
