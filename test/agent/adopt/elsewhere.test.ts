import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closedChartHosts, parseChartHosts } from '../../../src/agent/render/charts/chart-hosts.ts'
import type { Charts } from '../../../src/agent/render/charts/charts.ts'
import { createCharts } from '../../../src/agent/render/charts/create-charts.ts'
import { createPacker, indexOf } from '../render/charts/packages.ts'
import { startWebHost, type WebHost } from '../render/charts/web-host.ts'
import { type Files, type Hand, shop, useAdopting } from './adopting.ts'

const adopting = useAdopting()
let home: string
let web: WebHost
let charts: Charts
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-elsewhere-'))
  const packer = await createPacker()
  const packed = await packer.pack('web', '1.0.0', {
    'values.yaml': 'replicas: 1\nimage: { name: web, tag: "1" }\nlist: [a, b]\n',
    'templates/web.yaml': template,
  })
  await packer.close()
  web = await startWebHost(null)
  web.serve({ '/index.yaml': indexOf([packed]), '/web-1.0.0.tgz': packed.bytes })
  const hosts = closedChartHosts(
    parseChartHosts(JSON.stringify({ charts: [{ url: web.url }] }), 'charts.yaml'),
  )
  charts = createCharts({ hosts, folder: join(home, 'kept'), now: () => Date.now() })
}, 1_200_000)
afterAll(async () => {
  web.close()
  await rm(home, { recursive: true, force: true })
})

const template = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: {{ .Values.replicas }}
  minReadySeconds: 5
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"
        args: {{ toJson .Values.list }}
`
const newTag: Hand = { 'Deployment/web': it => (it.spec.template.spec.containers[0].image = 'web:2') }

const remote = (more = '') => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  sources:
  - repoURL: ${web.url}
    chart: web
    targetRevision: 1.0.0
${more}  destination: { name: dev, namespace: shop }
`

describe('a chart from elsewhere', () => {
  test('has its values set in the Application document, when there is no other place', async () => {
    const files = { 'apps/shop.yaml': remote() }
    const hand: Hand = {
      'Deployment/web': it => {
        it.spec.replicas = 3
        it.spec.minReadySeconds = 6
        it.spec.template.spec.containers[0].image = 'web:2'
      },
    }
    const adopted = await adopting.adopt(files, hand, { charts })
    expect(adopted.lines).toEqual({
      'apps/shop.yaml': [
        '+    helm:',
        '+      valuesObject:',
        '+        replicas: 3',
        '+        image:',
        '+          tag: "2"',
      ],
    })
    expect(adopted.left).toMatchObject([
      {
        path: '/spec/minReadySeconds',
        reason: 'no value of the chart gives just this change: a template of the chart writes it by itself',
      },
    ])
  })

  test('has them set in the value file of this repository that it names', async () => {
    const files = {
      'apps/shop.yaml': remote(
        '    helm: { valueFiles: [$here/values/shop.yaml] }\n  - { repoURL: ., ref: here }\n',
      ),
      'values/shop.yaml': '# Ours.\nlist:\n- a # first\n- c\n',
    }
    const hand: Hand = {
      'Deployment/web': it => {
        it.spec.template.spec.containers[0].image = 'web:2'
        it.spec.template.spec.containers[0].args = ['a', 'd']
      },
    }
    const adopted = await adopting.adopt(files, hand, { charts })
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual({ 'values/shop.yaml': ['-- c', '+- d', '+image:', '+  tag: "2"'] })
  })
})

describe('Flux', () => {
  const settings = 'version: 1\nflux:\n- { path: clusters/dev, cluster: dev }\n'
  const here = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: here, namespace: flux-system }
spec: { url: https://github.com/acme/shop, ref: { branch: main } }
`
  const release: Files = {
    '.plumbline.yaml': settings,
    'clusters/dev/here.yaml': here,
    'clusters/dev/release.yaml': `# Released.
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: shop, namespace: shop }
spec:
  interval: 5m
  chart:
    spec:
      chart: charts/web
      sourceRef: { kind: GitRepository, name: here, namespace: flux-system }
  values:
    image: {name: web, tag: '1'} # pinned
`,
    'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'charts/web/values.yaml': 'replicas: 1\nimage: {}\nlist: [a]\n',
    'charts/web/templates/web.yaml': template,
  }

  test('a HelmRelease has its own values edited', async () => {
    const adopted = await adopting.adopt(release, newTag, {
      application: 'clusters/dev/release.yaml',
      name: 'shop.shop',
    })
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual({
      'clusters/dev/release.yaml': [
        "-    image: {name: web, tag: '1'} # pinned",
        "+    image: {name: web, tag: '2'} # pinned",
      ],
    })
    expect(adopted.drift).toEqual([])
  })

  test('a Kustomization without a kustomization has its manifests edited', async () => {
    const files: Files = {
      '.plumbline.yaml': settings,
      'clusters/dev/here.yaml': here,
      'clusters/dev/shop.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: shop, namespace: flux-system }
spec:
  interval: 10m
  path: ./manifests
  prune: true
  targetNamespace: shop
  sourceRef: { kind: GitRepository, name: here }
`,
      'manifests/deep/one.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata: { a: x } # here\n',
    }
    const hand: Hand = { 'ConfigMap/one': it => (it.data.a = 'y') }
    const adopted = await adopting.adopt(files, hand, { application: 'clusters/dev/shop.yaml' })
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual({
      'manifests/deep/one.yaml': ['-data: { a: x } # here', '+data: { a: "y" } # here'],
    })
  })
})

describe('a hostile tree', () => {
  const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata: { a: x }\n'
  const hand: Hand = { 'ConfigMap/one': it => (it.data.a = 'y') }

  test('a file that cannot be edited whole is left alone, and said', async () => {
    const files: Files = {
      'apps/shop.yaml': shop('path: deploy'),
      'deploy/one.yaml': `${config}---\n${'#'.repeat(4 * 1024 ** 2)}\n`,
    }
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.files).toEqual([])
    expect(adopted.left).toMatchObject([{ reason: 'the file that it comes from was not found' }])
  })

  test('what an anchor repeats elsewhere is not changed along', async () => {
    const files: Files = {
      'apps/shop.yaml': shop('path: deploy'),
      'deploy/one.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata:\n  a: &both x\n  b: *both\n',
    }
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.files).toEqual([])
    expect(adopted.left).toMatchObject([
      { reason: 'deploy/one.yaml: what is at /data/a is repeated elsewhere in the file by the anchor &both' },
    ])
  })

  test('a generator of a file by a link edits what it points to, in the repository', async () => {
    const files: Files = {
      'apps/shop.yaml': shop('path: deploy'),
      'deploy/kustomization.yaml': 'configMapGenerator:\n- { name: one, files: [a] }\n',
      'deploy/a': '-> real',
      'deploy/real': 'x\n',
    }
    const adopted = await adopting.adopt(files, { 'ConfigMap/one': it => (it.data.a = 'y\n') })
    expect(adopted.lines).toEqual({ 'deploy/real': ['-x', '+y'] })
  })
})
