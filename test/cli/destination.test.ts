import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useControlPlane } from '../control-plane.ts'
import { runPlumbline } from '../stage/run-plumbline.ts'

const plane = useControlPlane()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-namespace-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('a namespace that is not there is told with what creates it, and created when that is asked for', async () => {
  const name = plane.freeName('fresh')
  await mkdir(join(folder, name))
  await writeFile(join(folder, name, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')
  plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const run = (...args: readonly string[]) =>
    runPlumbline([...args, name, '-n', name], {
      cwd: folder,
      env: { HOME: folder, KUBECONFIG: plane.kubeconfig, FORCE_COLOR: '0' },
    })
  const refused = await run('plan')
  expect(refused.exitCode).toBe(2)
  expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(`kubectl create namespace ${name}`)
  expect(await run('plan', '--create-namespace')).toMatchObject({ exitCode: 1 })
  expect(await run('sync', '--create-namespace')).toMatchObject({ exitCode: 0 })
  expect(await run('sync')).toMatchObject({ exitCode: 0 })
})

test('a document that is for another cluster is synced, and that is said', async () => {
  const namespace = await plane.namespace()
  const name = plane.freeName('elsewhere')
  await mkdir(join(folder, 'maps'))
  await writeFile(join(folder, 'maps/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')
  await writeFile(
    join(folder, 'app.yaml'),
    `apiVersion: plumbline.dev/v1alpha1\nkind: Application\nmetadata: { name: ${name} }\nspec:\n  source: { repoURL: ., path: maps }\n  destination: { name: prod-far-away, namespace: ${namespace} }\n`,
  )
  const { exitCode, stderr } = await runPlumbline(['sync', 'app.yaml'], {
    cwd: folder,
    env: { HOME: folder, KUBECONFIG: plane.kubeconfig, FORCE_COLOR: '0' },
  })
  expect(stderr).toMatch(/^app\.yaml is for the cluster prod-far-away; this syncs it to \S+\n/m)
  expect(exitCode).toBe(0)
})
