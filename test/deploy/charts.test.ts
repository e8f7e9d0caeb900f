import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { useControlPlane } from '../control-plane.ts'
import { kubectl } from '../stage/kubectl.ts'

const run = promisify(execFile)
const charts = join(import.meta.dirname, '../../deploy/charts')

describe('a chart', () => {
  const plane = useControlPlane()

  test.each([
    {
      chart: 'plumbline-agent',
      values: ['serverUrl=https://plumbline.example.com', 'cluster=prod'],
      kinds: ['ClusterRoleBinding', 'Deployment', 'ServiceAccount'],
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
