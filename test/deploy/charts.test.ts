import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseChartHosts } from '../../src/agent/render/charts/chart-hosts.ts'
import { parseChartUrl } from '../../src/agent/render/charts/chart-url.ts'
import { parseTenants } from '../../src/agent/tenancy/tenants-file.ts'
import { agentNodeOptions } from '../../src/compose/steady-heap.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { parseYamlDocuments } from '../../src/repository/parse-yaml.ts'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { useControlPlane } from '../control-plane.ts'
import { kubectl } from '../stage/kubectl.ts'

const run = promisify(execFile)
const charts = join(import.meta.dirname, '../../deploy/charts')

const chartHosts = [
  'charts[0].url=https://charts.example.com',
  'charts[0].caSecret=authority',
  'charts[1].url=oci://registry.example.com/team',
  'charts[1].credentialsSecret=registry-login',
  'charts[1].caSecret=authority',
  'charts[2].url=s3://charts/stable',
  'charts[2].region=eu-central-1',
  'charts[2].credentialsSecret=bucket',
]

test('the chart of the agent gives it the list of chart hosts that it reads', async () => {
  const values = ['serverUrl=https://plumbline.example.com', 'cluster=prod', ...chartHosts]
  const manifests = parseYamlDocuments(await template('plumbline-agent', 'default', values), 'manifests')
  const objects = manifests.documents.map(it => it.value as KubernetesObject)
  const list = objects.find(it => it?.kind === 'ConfigMap')?.['data'] as { 'charts.yaml': string }
  expect(parseChartHosts(list['charts.yaml'], 'charts.yaml')).toEqual([
    {
      url: parseChartUrl('https://charts.example.com'),
      caFile: '/var/run/plumbline-charts/authority/ca.crt',
    },
    {
      url: parseChartUrl('oci://registry.example.com/team'),
      caFile: '/var/run/plumbline-charts/authority/ca.crt',
      usernameFile: '/var/run/plumbline-charts/registry-login/username',
      passwordFile: '/var/run/plumbline-charts/registry-login/password',
    },
    {
      url: parseChartUrl('s3://charts/stable'),
      region: 'eu-central-1',
      accessKeyIdFile: '/var/run/plumbline-charts/bucket/accessKeyId',
      secretAccessKeyFile: '/var/run/plumbline-charts/bucket/secretAccessKey',
    },
  ])
})

test('the chart of the agent starts it with what keeps its memory low, and with what its values add', async () => {
  const values = [
    'serverUrl=https://plumbline.example.com',
    'cluster=prod',
    'env[0].name=A',
    'env[0].value=b',
  ]
  const manifests = parseYamlDocuments(await template('plumbline-agent', 'default', values), 'manifests')
  const objects = manifests.documents.map(it => it.value as KubernetesObject)
  const deployment = objects.find(it => it?.kind === 'Deployment')
  expect(deployment).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            {
              env: [
                { name: 'NODE_OPTIONS', value: agentNodeOptions },
                { name: 'A', value: 'b' },
              ],
            },
          ],
        },
      },
    },
  })
})

const tenants = [
  'tenants[0].repository=github.com/acme/shop',
  'tenants[0].namespaces={shop,shop-*}',
  'tenants[0].serviceAccount=shop/deployer',
  'tenants[1].repository=github.com/acme/bank',
  'tenants[1].namespaces={bank}',
  'tenants[1].serviceAccount=bank/deployer',
  'tenants[1].clusterScoped={Namespace}',
]

test('the chart of the agent lets it impersonate the accounts of its tenants, and nobody else', async () => {
  const values = ['serverUrl=https://plumbline.example.com', 'cluster=prod', ...tenants]
  const manifests = parseYamlDocuments(await template('plumbline-agent', 'default', values), 'manifests')
  const objects = manifests.documents.map(it => it.value as KubernetesObject)
  const list = objects.find(it => it?.metadata.name === 'plumbline-agent-tenants')?.['data'] as {
    'tenants.yaml': string
  }
  expect(parseTenants(list['tenants.yaml'], 'tenants.yaml')).toMatchObject([
    { serviceAccount: { namespace: 'shop', name: 'deployer' }, namespaces: ['shop', 'shop-*'] },
    { serviceAccount: { namespace: 'bank', name: 'deployer' } },
  ])
  const binding = objects.find(it => it?.kind === 'ClusterRoleBinding')
  expect(binding).toMatchObject({ roleRef: { name: 'plumbline-agent' } })
  const rules = objects
    .filter(it => it?.kind === 'Role' || it?.kind === 'ClusterRole')
    .flatMap(it =>
      (it['rules'] as { verbs: string[] }[]).map(rule => ({ in: it.metadata.namespace, ...rule })),
    )
  expect(rules.filter(it => it.verbs.includes('impersonate'))).toEqual(
    ['shop', 'bank'].map(namespace => ({
      in: namespace,
      apiGroups: [''],
      resources: ['serviceaccounts'],
      resourceNames: ['deployer'],
      verbs: ['impersonate'],
    })),
  )
})

test('the chart of the agent asks for the account of each tenant', async () => {
  const values = ['serverUrl=https://plumbline.example.com', 'cluster=prod', ...tenants.slice(0, 2)]
  await expect(template('plumbline-agent', 'default', values)).rejects.toThrow(/needs a serviceAccount/)
})

describe('a chart', () => {
  const plane = useControlPlane()

  test.each([
    {
      chart: 'plumbline-agent',
      values: ['serverUrl=https://plumbline.example.com', 'cluster=prod'],
      kinds: ['ClusterRoleBinding', 'Deployment', 'ServiceAccount'],
    },
    {
      chart: 'plumbline-agent',
      values: ['serverUrl=https://plumbline.example.com', 'cluster=prod', ...chartHosts],
      kinds: ['ClusterRoleBinding', 'ConfigMap', 'Deployment', 'ServiceAccount'],
    },
    {
      chart: 'plumbline-server',
      values: ['publicUrl=https://plumbline.example.com'],
      kinds: ['Service', 'StatefulSet'],
    },
  ])('$chart renders to what a real API server accepts', async ({ chart, values, kinds }) => {
    const namespace = await plane.namespace()
    const manifests = await template(chart, namespace, values)
    const accepted = await serverDryRun(manifests, namespace)
    expect(accepted.toSorted()).toEqual(kinds)
  })

  test.each([
    { chart: 'plumbline-agent', missing: /serverUrl is required/ },
    { chart: 'plumbline-server', missing: /publicUrl is required/ },
  ])('$chart says which value it needs', async ({ chart, missing }) => {
    await expect(template(chart, 'default', [])).rejects.toThrow(missing)
  })

  async function serverDryRun(manifests: string, namespace: string): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-charts-'))
    try {
      const file = join(folder, 'manifests.yaml')
      await writeFile(file, manifests)
      const format = 'jsonpath={range .items[*]}{.kind}{"\\n"}{end}'
      const how = ['--server-side', '--dry-run=server', '-n', namespace, '-o', format]
      return (await kubectl(plane, 'apply', ...how, '-f', file)).split('\n')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
})

async function template(chart: string, namespace: string, values: readonly string[]): Promise<string> {
  const helm = join(await ensureBinaries(), 'helm')
  const sets = values.flatMap(it => ['--set', it])
  const { stdout } = await run(helm, [
    'template',
    'plumbline',
    join(charts, chart),
    '--namespace',
    namespace,
    ...sets,
  ])
  return stdout
}
