import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/model/problem.ts'
import { settingsDocument, settingsFrom } from '../../src/model/settings.ts'
import { findApplicationsIn } from '../../src/repository/find-applications.ts'
import { memoryTree } from './memory-tree.ts'

const settings = (more: object) => settingsFrom(settingsDocument.parse({ version: 1, ...more }))
const onProd = settings({ flux: [{ path: './clusters/prod/', cluster: 'prod' }] })
const { signal } = new AbortController()

async function found(files: Record<string, string>, given = onProd) {
  const { applications, problems } = await findApplicationsIn(memoryTree(files), given, signal)
  return { applications, problems: problems.map(formatProblem) }
}

const document = (kind: string, metadata: object, spec: object) => {
  const groups: Record<string, string> = {
    Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
    HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  }
  const apiVersion = groups[kind] ?? 'source.toolkit.fluxcd.io/v1'
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${JSON.stringify(metadata)}\nspec:\n${Object.entries(
    spec,
  )
    .map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`)
    .join('')}`
}
const here = document(
  'GitRepository',
  { name: 'flux-system', namespace: 'flux-system' },
  { url: 'ssh://git@github.com/acme/shop', ref: { branch: 'main' } },
)
const kustomization = (spec: object = {}, metadata: object = {}) =>
  document(
    'Kustomization',
    { name: 'apps', namespace: 'flux-system', ...metadata },
    {
      path: './apps/prod',
      prune: true,
      interval: '10m',
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
      ...spec,
    },
  )
const release = (spec: object) =>
  document('HelmRelease', { name: 'redis', namespace: 'cache' }, { interval: '5m', ...spec })
const repository = (spec: object) => document('HelmRepository', { name: 'charts', namespace: 'cache' }, spec)
const chart = {
  chart: { spec: { chart: 'redis', version: '^1.2', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
}

describe('a Kustomization', () => {
  test('is an application on the cluster of its folder, its source wherever it stands', async () => {
    const { applications, problems } = await found({
      'infra/source.yaml': here,
      'clusters/prod/apps.yaml': kustomization({
        targetNamespace: 'shop',
        namePrefix: 'p-',
        nameSuffix: '-s',
        timeout: '2m',
        images: [
          { name: 'web', newName: 'r.example/web', newTag: '2' },
          { name: 'db', digest: 'sha256:abc' },
        ],
        patches: [{ patch: 'kind: X', target: { kind: 'Deployment' } }],
        components: ['../c'],
        ignoreMissingComponents: true,
        commonMetadata: { labels: { a: 'b' } },
        postBuild: { substitute: { x: '1' } },
        wait: true,
        dependsOn: [{ name: 'infra' }],
        serviceAccountName: 'deployer',
      }),
    })
    expect(problems).toEqual([])
    expect(applications).toMatchObject([
      {
        name: 'apps',
        definedIn: { file: 'clusters/prod/apps.yaml', line: 1 },
        destination: { cluster: 'prod', namespace: 'shop' },
        syncPolicy: { automated: { prune: true, selfHeal: true }, timeoutSeconds: 120 },
        sources: [
          {
            repoURL: 'ssh://git@github.com/acme/shop',
            targetRevision: 'main',
            path: 'apps/prod',
            kustomize: {
              namespace: 'shop',
              namePrefix: 'p-',
              nameSuffix: '-s',
              images: ['web=r.example/web:2', 'db@sha256:abc'],
              patches: [{ patch: 'kind: X', target: { kind: 'Deployment' } }],
              components: ['../c'],
              ignoreMissingComponents: true,
            },
            flux: {
              commonMetadata: { labels: { a: 'b' }, annotations: {} },
              substitute: { x: '1' },
              readBelow: ['clusters/prod'],
            },
          },
        ],
      },
    ])
  })

  test('that is suspended waits for a person', async () => {
    const { applications } = await found({
      'clusters/prod/a.yaml': `${here}---\n${kustomization({ suspend: true })}`,
    })
    expect(applications).toMatchObject([{ syncPolicy: { automated: null } }])
  })

  test('of another namespace has it in its name', async () => {
    const text = `${here}---\n${kustomization({ sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' } }, { namespace: 'team' })}`
    expect((await found({ 'clusters/prod/a.yaml': text })).applications).toMatchObject([
      { name: 'team.apps' },
    ])
  })

  test.each<[string, object, string]>([
    ['kubeConfig', { kubeConfig: { secretRef: { name: 'x' } } }, 'kubeConfig is not supported'],
    ['decryption', { decryption: { provider: 'sops' } }, 'decryption is not supported'],
    [
      'postBuild',
      { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } },
      'postBuild.substituteFrom is not supported',
    ],
    [
      'sourceRef',
      { sourceRef: { kind: 'OCIRepository', name: 'x' } },
      'a source of kind OCIRepository is not supported',
    ],
    ['sourceRef', { sourceRef: { kind: 'Bucket', name: 'x' } }, 'a source of kind Bucket is not supported'],
    [
      'sourceRef',
      { sourceRef: { kind: 'GitRepository', name: 'x' } },
      'the GitRepository x is not defined in this repository',
    ],
  ])('with %s %j is refused at that line', async (field, spec, message) => {
    const text = kustomization(spec)
    const line = text.split('\n').findIndex(it => it.startsWith(`  ${field}:`)) + 1
    const { applications, problems } = await found({ 'a/s.yaml': here, 'clusters/prod/a.yaml': text })
    expect(applications).toEqual([])
    expect(problems).toEqual([
      expect.stringContaining(`clusters/prod/a.yaml:${line}:3: Kustomization apps: `),
    ])
    expect(problems[0]).toContain(message)
  })

  test('that is no whole one has its problem, and so has one that is no YAML', async () => {
    const { problems } = await found({
      'clusters/prod/a.yaml': document('Kustomization', { name: 'a' }, { path: 'x', prune: 'yes' }),
      'clusters/prod/b.yaml': `${kustomization()}\ta: b\n`,
      'elsewhere/c.yaml': document('Kustomization', { name: 'a' }, { path: 'x' }),
    })
    expect(problems.map(it => it.split(':')[0])).toEqual([
      ...Array(2).fill('clusters/prod/a.yaml'),
      'clusters/prod/b.yaml',
    ])
  })
})

describe('a HelmRelease', () => {
  test.each<[string, object, string, object]>([
    [
      'from a chart repository',
      chart,
      repository({ url: 'https://charts.example.com' }),
      { repoURL: 'https://charts.example.com', chart: 'redis', targetRevision: '^1.2' },
    ],
    [
      'from a registry',
      chart,
      repository({ url: 'oci://r.example/charts', type: 'oci' }),
      { repoURL: 'oci://r.example/charts', chart: 'redis', targetRevision: '^1.2' },
    ],
    [
      'by a chartRef',
      { chartRef: { kind: 'OCIRepository', name: 'redis' } },
      document(
        'OCIRepository',
        { name: 'redis', namespace: 'cache' },
        { url: 'oci://r.example/charts/redis', ref: { tag: '1.2.3' } },
      ),
      { repoURL: 'oci://r.example/charts', chart: 'redis', targetRevision: '1.2.3' },
    ],
    [
      'out of Git',
      {
        chart: {
          spec: {
            chart: './charts/redis',
            valuesFiles: ['./charts/redis/prod.yaml'],
            sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
          },
        },
      },
      here,
      {
        path: 'charts/redis',
        chart: null,
        targetRevision: 'main',
        helm: expect.objectContaining({ valueFiles: ['/charts/redis/prod.yaml'] }),
      },
    ],
  ])('%s', async (_, spec, source, expected) => {
    const { applications, problems } = await found({
      'clusters/prod/r.yaml': release(spec),
      'sources/s.yaml': source,
    })
    expect(problems).toEqual([])
    expect(applications).toMatchObject([
      { name: 'cache.redis', destination: { cluster: 'prod', namespace: 'cache' }, sources: [expected] },
    ])
  })

  test('its options', async () => {
    const spec = {
      ...chart,
      values: { a: { b: 1 } },
      targetNamespace: 'there',
      install: { crds: 'Skip', createNamespace: true },
      driftDetection: { mode: 'enabled' },
    }
    const { applications } = await found({
      'clusters/prod/r.yaml': `${release(spec)}---\n${repository({ url: 'https://c.example' })}`,
    })
    expect(applications).toMatchObject([
      {
        destination: { namespace: 'there' },
        syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
        sources: [{ helm: { releaseName: 'there-redis', values: '{"a":{"b":1}}', skipCrds: true } }],
      },
    ])
  })

  test.each<[object, string]>([
    [{ ...chart, valuesFrom: [{ kind: 'Secret', name: 's' }] }, 'valuesFrom is not supported'],
    [{ ...chart, postRenderers: [{ kustomize: {} }] }, 'postRenderers are not supported'],
    [{ ...chart, kubeConfig: {} }, 'kubeConfig is not supported'],
    [{ chartRef: { kind: 'HelmChart', name: 'x' } }, 'a chartRef of kind HelmChart is not supported'],
    [
      { chart: { spec: { chart: 'x', sourceRef: { kind: 'Bucket', name: 'b' } } } },
      'a source of kind Bucket is not supported',
    ],
    [{}, 'names no chart'],
  ])('%j is refused', async (spec, message) => {
    const files = {
      'clusters/prod/r.yaml': `${release(spec)}---\n${repository({ url: 'https://c.example' })}`,
    }
    const { applications, problems } = await found(files)
    expect(applications).toEqual([])
    expect(problems).toEqual([expect.stringContaining(message)])
  })
})

describe('which cluster', () => {
  const files = { 'clusters/prod/a.yaml': `${here}---\n${kustomization()}` }
  test('is asked for when a repository has nothing but documents of Flux', async () => {
    expect(await found(files, settings({}))).toEqual({
      applications: [],
      problems: [
        'clusters/prod/a.yaml:8:1: nothing says which cluster this document of Flux goes to (name it in .plumbline.yaml, such as flux: [{ path: clusters/prod, cluster: prod }]; flux: [] leaves them alone)',
      ],
    })
    expect(await found(files, settings({ flux: [] }))).toEqual({ applications: [], problems: [] })
  })

  test('the innermost folder says', async () => {
    const flux = [
      { path: 'clusters', cluster: 'other' },
      { path: 'clusters/prod', cluster: 'prod' },
    ]
    expect((await found(files, settings({ flux }))).applications).toMatchObject([
      { destination: { cluster: 'prod' } },
    ])
  })

  test('folders of Flux are read beside the globs of Applications', async () => {
    const given = settings({ applications: ['apps/*.yaml'], flux: [{ path: 'clusters', cluster: 'prod' }] })
    expect((await found(files, given)).applications).toHaveLength(1)
  })
})
