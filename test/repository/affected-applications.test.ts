import { describe, expect, test } from 'vitest'
import { type Application, applicationKey } from '../../src/model/application.ts'
import { applicationDocument } from '../../src/model/application-document.ts'
import { applicationFrom } from '../../src/model/application-from.ts'
import { affectedBetween } from '../../src/repository/affected-applications.ts'
import { memoryTree } from './memory-tree.ts'

type Files = Readonly<Record<string, string>>

function application(name: string, source: object, annotations: Record<string, string> = {}): Application {
  const document = applicationDocument.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Application',
    metadata: { name, annotations },
    spec: { source: { repoURL: '.', ...source }, destination: { name: 'dev' } },
  })
  return applicationFrom(document, { file: 'apps.yaml', line: 1 })
}

/** A chart from elsewhere, with its values in this repository. */
function withRemoteChart(name: string, helm: object): Application {
  const sources = [
    { repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1.2.3', helm },
    { repoURL: 'https://github.com/acme/shop', ref: 'values' },
  ]
  const document = applicationDocument.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Application',
    metadata: { name },
    spec: { sources, destination: { name: 'dev' } },
  })
  return applicationFrom(document, { file: 'apps.yaml', line: 1 })
}

async function affected(options: {
  readonly applications: readonly Application[]
  readonly before?: readonly Application[]
  readonly base: Files
  readonly change: Readonly<Record<string, string | null>>
  readonly branch?: { name: string; isDefault: boolean }
}) {
  const head = Object.fromEntries(
    Object.entries({ ...options.base, ...options.change }).filter(
      (it): it is [string, string] => it[1] !== null,
    ),
  )
  const result = await affectedBetween({
    ref: { cloneUrl: 'https://github.com/acme/shop.git' },
    base: memoryTree(options.base),
    head: memoryTree(head),
    baseApplications: options.before ?? options.applications,
    headApplications: options.applications,
    changedFiles: Object.keys(options.change),
    branch: options.branch,
    signal: new AbortController().signal,
  })
  return result.map(it => `${applicationKey(it.application)} ${it.removed ? 'removed' : it.reason}`)
}

const kustomize: Files = {
  'base/kustomization.yaml': 'resources: [web.yaml]\ncomponents: [../components/tls]\n',
  'base/web.yaml': 'kind: Deployment',
  'base/README.md': '',
  'components/tls/kustomization.yaml': 'Patches: [{ path: ../shared/patch.yaml }]\n',
  'components/shared/patch.yaml': '',
  'overlays/dev/kustomization.yml':
    'resources: [../../base]\nconfigMapGenerator: [{ name: c, files: [key=../../config/dev.ini] }]\n',
  'overlays/prod/kustomization.yaml': 'resources:\n- ../../base\n- https://example.com/x.yaml\n',
  'config/dev.ini': 'a=1',
  'unrelated/x.yaml': '',
}
const dev = application('dev', { path: 'overlays/dev' })
const prod = application('prod', { path: 'overlays/prod' })

describe('a kustomize application is affected', () => {
  test.each<[string, string, readonly string[]]>([
    ['by its own folder', 'overlays/dev/patch.yaml', ['dev@dev files']],
    ['by its base', 'base/web.yaml', ['dev@dev files', 'prod@dev files']],
    ['by a component of its base', 'components/tls/new.yaml', ['dev@dev files', 'prod@dev files']],
    [
      'by a patch outside of any folder it names',
      'components/shared/patch.yaml',
      ['dev@dev files', 'prod@dev files'],
    ],
    ["by a generator's file", 'config/dev.ini', ['dev@dev files']],
    ['by nothing else', 'unrelated/x.yaml', []],
  ])('%s', async (_, file, expected) => {
    expect(await affected({ applications: [dev, prod], base: kustomize, change: { [file]: 'new' } })).toEqual(
      expected,
    )
  })

  test('by what only the head, or only the base, refers to', async () => {
    const overlay = 'overlays/dev/kustomization.yml'
    const joined = { [overlay]: 'resources: [../../unrelated/x.yaml]\n' }
    const one = application('one', { path: 'wrap' })
    const base = { ...kustomize, 'wrap/kustomization.yaml': 'resources: [../overlays/dev]\n' }
    expect(await affected({ applications: [one], base, change: joined })).toEqual(['one@dev files'])
    expect(await affected({ applications: [one], base, change: { 'base/web.yaml': null } })).toEqual([
      'one@dev files',
    ])
  })
})

describe('a directory of manifests is affected', () => {
  const base = {
    'app/a.yaml': '',
    'app/deep/b.yaml': '',
    'shared/c.yaml': '',
    'app/link.yaml': '-> ../shared/c.yaml',
  }
  test.each<[boolean, string, boolean]>([
    [false, 'app/a.yaml', true],
    [false, 'app/deep/b.yaml', false],
    [true, 'app/deep/b.yaml', true],
    [false, 'shared/c.yaml', true],
    [false, 'app2/a.yaml', false],
  ])('recurse %s, change of %s: %s', async (recurse, file, expected) => {
    const one = application('one', { path: 'app', directory: { recurse } })
    const found = await affected({ applications: [one], base, change: { [file]: 'new' } })
    expect(found.length === 1).toBe(expected)
  })
})

describe('a chart is affected', () => {
  const base = {
    'charts/web/Chart.yaml': 'name: web\ndependencies:\n- { name: lib, repository: file://../lib }\n',
    'charts/web/templates/a.yaml': '',
    'charts/lib/Chart.yaml': 'name: lib\n',
    'charts/other/Chart.yaml': 'name: other\n',
    'values/dev.yaml': '',
  }
  const one = application('one', { path: 'charts/web', helm: { valueFiles: ['../../values/dev.yaml'] } })
  test.each([
    ['charts/web/templates/a.yaml', 1],
    ['charts/lib/templates/_x.tpl', 1],
    ['values/dev.yaml', 1],
    ['charts/other/values.yaml', 0],
    ['values/prod.yaml', 0],
  ])('by %s: %i', async (file, count) => {
    expect(await affected({ applications: [one], base, change: { [file]: 'new' } })).toHaveLength(count)
  })
})

describe('definitions', () => {
  test('new, changed, moved and removed', async () => {
    const moved = { ...prod, definedIn: { file: 'elsewhere.yaml', line: 9 } }
    const found = await affected({
      applications: [
        application('dev', { path: 'overlays/other' }),
        moved,
        application('new', { path: 'n' }),
      ],
      before: [dev, prod, application('old', { path: 'o' })],
      base: kustomize,
      change: { 'apps.yaml': '' },
    })
    expect(found).toEqual(['dev@dev definition', 'new@dev definition', 'old@dev removed'])
  })

  test('manifest-generate-paths adds folders and globs', async () => {
    const one = application(
      'one',
      { path: 'app' },
      { 'argocd.argoproj.io/manifest-generate-paths': '.;../lib;/cfg/*.ini' },
    )
    const change = async (file: string) =>
      affected({ applications: [one], base: {}, change: { [file]: 'x' } })
    expect(await change('lib/deep/x')).toHaveLength(1)
    expect(await change('cfg/x.ini')).toHaveLength(1)
    expect(await change('cfg/deep/x.ini')).toHaveLength(0)
  })
})

test('sources of other repositories and other branches do not count', async () => {
  const elsewhere = application('elsewhere', { path: 'app', repoURL: 'https://github.com/acme/other' })
  const here = application('here', { path: 'app', repoURL: 'git@github.com:ACME/shop' })
  const release = application('release', { path: 'app', targetRevision: 'release-1' })
  const options = { applications: [elsewhere, here, release], base: {}, change: { 'app/a.yaml': '' } }
  expect(await affected(options)).toEqual(['here@dev files', 'release@dev files'])
  expect(await affected({ ...options, branch: { name: 'main', isDefault: true } })).toEqual([
    'here@dev files',
  ])
  expect(await affected({ ...options, branch: { name: 'release-1', isDefault: false } })).toEqual([
    'release@dev files',
  ])
})

test('of a thousand applications just those that read a changed file', async () => {
  const base: Record<string, string> = { 'base/kustomization.yaml': 'resources: [web.yaml]\n' }
  const applications: Application[] = []
  for (let i = 0; i < 1000; i++) {
    base[`apps/a${i}/overlay/kustomization.yaml`] =
      `resources: [../base, ../../../base]\nnamePrefix: a${i}-\n`
    base[`apps/a${i}/base/kustomization.yaml`] = `resources: [x.yaml]\nnameSuffix: -${i}\n`
    applications.push(application(`a${i}`, { path: `apps/a${i}/overlay` }))
  }
  expect(await affected({ applications, base, change: { 'apps/a7/base/x.yaml': '' } })).toEqual([
    'a7@dev files',
  ])
  expect(await affected({ applications, base, change: { 'base/web.yaml': '' } })).toHaveLength(1000)
})

test('all of them, when what they read is more than can be read', async () => {
  const dense = `resources:\n${'- x.yaml\n'.repeat(20_000)}`
  const names = Array.from({ length: 20 }, (_, i) => `d${i}`)
  const base = Object.fromEntries(names.map(name => [`${name}/kustomization.yaml`, `${dense}# ${name}\n`]))
  base['app/kustomization.yaml'] = `resources: [${names.map(name => `../${name}`).join(', ')}]\n`
  const applications = [application('app', { path: 'app' }), application('b', { path: 'elsewhere' })]
  expect(await affected({ applications, base, change: { unrelated: '' } })).toEqual([
    'app@dev files',
    'b@dev files',
  ])
})

describe('an application whose chart is elsewhere is affected', () => {
  const base: Files = { 'env/dev/web.yaml': 'a: 1', 'env/dev/other.yaml': 'a: 1', 'env/dev/banner.txt': 'hi' }
  const web = withRemoteChart('web', {
    valueFiles: ['$values/env/dev/web.yaml', 'values-of-the-chart.yaml'],
    fileParameters: [{ name: 'banner', path: '$values/env/dev/banner.txt' }],
  })

  test.each<[string, string, readonly string[]]>([
    ['by its value file', 'env/dev/web.yaml', ['web@dev files']],
    ['by a file that is a value', 'env/dev/banner.txt', ['web@dev files']],
    ['by no other value file', 'env/dev/other.yaml', []],
  ])('%s', async (_, file, expected) => {
    expect(await affected({ applications: [web], base, change: { [file]: 'b: 2' } })).toEqual(expected)
  })
})

test('a folder that Flux builds without a kustomization reads what the kustomizations in it name', async () => {
  const applications = [application('a', { path: 'apps', flux: {} })]
  const base = { 'apps/web/kustomization.yaml': 'resources: [../../base]\n', 'base/kustomization.yaml': '' }
  const touched = (file: string) => affected({ applications, base, change: { [file]: 'a: 1\n' } })
  expect(await touched('base/a.yaml')).toEqual(['a@dev files'])
  expect(await touched('apps/deep/b.yaml')).toEqual(['a@dev files'])
  expect(await touched('elsewhere/c.yaml')).toEqual([])
})
