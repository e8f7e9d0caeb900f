import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { createState } from '../../src/agent/state/create-state.ts'
import { directoryApplication } from '../../src/cli/target.ts'
import { kubectl } from '../agent/sync/fixture.ts'
import { useControlPlane } from '../control-plane.ts'
import { runPlumbline } from '../stage/run-plumbline.ts'

const plane = useControlPlane()
let folder = ''
let binaries = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-folders-'))
  binaries = await ensureBinaries()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Two folders with the same last name, each for a namespace of its own. */
async function desk() {
  const root = await mkdtemp(join(folder, 'desk-'))
  const name = plane.freeName('dev')
  const [shop, other] = await Promise.all([plane.namespace(), plane.namespace()])
  const write = async (path: string, of: string) => {
    await mkdir(join(root, path, name), { recursive: true })
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${of} }\ndata: {}\n`
    await writeFile(join(root, path, name, `${of}.yaml`), text)
  }
  await mkdir(join(root, '.git'))
  await write('overlays', 'first')
  await write('other/overlays', 'second')
  const run = (...args: readonly string[]) =>
    runPlumbline(args, {
      cwd: root,
      env: { PLUMBLINE_BIN: binaries, HOME: root, KUBECONFIG: plane.kubeconfig, FORCE_COLOR: '0' },
    })
  return { name, shop, other, run, first: `overlays/${name}`, second: `other/overlays/${name}` }
}

test.concurrent('a folder of the same last name prunes nothing of another one: it is refused, and what is there is said', async () => {
  const { name, shop, other, run, first, second } = await desk()
  expect(await run('sync', first, '-n', shop)).toMatchObject({ exitCode: 0 })
  const { exitCode, stdout, stderr } = await run('sync', second, '-n', other, '--prune')
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toContain(
    `the cluster has another application ${name} (from ${first} to the namespace ${shop}`,
  )
  expect(stderr).toContain(`this is ${second} for the namespace ${other}`)
  expect(stderr).toContain(`--application ${name} means the one that is there`)
  for (const command of ['plan', 'drift', 'adopt']) {
    const told = await run(command, second, '-n', other)
    expect(told).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('another application') })
  }
  expect(await kubectl(plane, ['get', '-n', shop, 'configmap/first', '-o', 'name'])).toContain('first')
})

test.concurrent('in the same namespace too', async () => {
  const { shop, run, first, second } = await desk()
  expect(await run('sync', first, '-n', shop)).toMatchObject({ exitCode: 0 })
  expect(await run('sync', second, '-n', shop, '--prune')).toMatchObject({ exitCode: 2 })
  expect(await run('sync', first, '-n', shop)).toMatchObject({ exitCode: 0 })
})

test.concurrent('a name that is given says which one is meant', async () => {
  const { name, shop, other, run, first, second } = await desk()
  expect(await run('sync', first, '-n', shop)).toMatchObject({ exitCode: 0 })
  const apart = ['--application', `${name}-2`]
  expect(await run('sync', second, '-n', other, '--prune', ...apart)).toMatchObject({ exitCode: 0 })
  expect(await kubectl(plane, ['get', '-n', shop, 'configmap/first', '-o', 'name'])).toContain('first')
  expect(await run('plan', first, '-n', other, '--application', name)).toMatchObject({ exitCode: 1 })
})

test.concurrent('what a repository deploys is planned, but not synced from a folder in its place', async () => {
  const { name, shop, run, first } = await desk()
  const state = createState(plane.cluster)
  await state.prepare(plane.signal)
  const application = directoryApplication(name, first, 'dev')
  const destination = { cluster: 'dev', namespace: shop }
  const cloneUrl = 'https://github.com/acme/shop.git'
  const repository = { forge: 'github', host: 'github.com', fullName: 'acme/shop', cloneUrl } as const
  await state.assign({ ...application, destination }, repository, plane.signal)
  expect(await run('plan', first, '-n', shop)).toMatchObject({ exitCode: 1 })
  expect(await run('sync', first, '-n', shop)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('of the repository acme/shop, '),
  })
  await state.forget(name, plane.signal)
})
