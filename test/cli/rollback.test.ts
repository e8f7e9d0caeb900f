import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { kubectl } from '../agent/sync/fixture.ts'
import { useControlPlane } from '../control-plane.ts'
import { runPlumbline } from '../stage/run-plumbline.ts'

const plane = useControlPlane()
let folder = ''
let binaries = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-rollback-'))
  binaries = await ensureBinaries()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** An application that was synced once for each mode. */
async function synced(...modes: readonly string[]) {
  const namespace = await plane.namespace()
  const application = plane.freeName('shop')
  const deploy = join(folder, application)
  await mkdir(deploy)
  const env = { PLUMBLINE_BIN: binaries, HOME: folder, KUBECONFIG: plane.kubeconfig, FORCE_COLOR: '0' }
  const run = (...args: readonly string[]) => runPlumbline(args, { cwd: folder, env })
  for (const mode of modes) {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { mode: ${mode} }\n`
    await writeFile(join(deploy, 'settings.yaml'), text)
    const target = [deploy, '--application', application, '--namespace', namespace]
    expect(await run('sync', ...target)).toMatchObject({ exitCode: 0 })
  }
  const mode = () =>
    kubectl(plane, ['get', '-n', namespace, 'configmap/settings', '-o=jsonpath={.data.mode}'])
  return { application, run, mode }
}

describe('plumbline history', () => {
  test('lists what was synced, newest first, with what runs marked', async () => {
    const { application, run } = await synced('one', 'two')
    const { exitCode, stdout } = await run('history', application)
    expect(exitCode).toBe(0)
    expect(stdout.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^ +NUMBER +REVISION +SYNCED +OBJECTS +BY$/),
      expect.stringMatching(/^\* +2 +a local directory +20[\d-]+ [\d:]+ UTC +1 +plumbline sync by \S+$/),
      expect.stringMatching(/^ +1 +a local directory /),
      '',
    ])
    const json = await run('history', application, '--output', 'json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      application,
      history: [
        { number: 2, revision: null, objects: 1, rolledBackTo: null, current: true },
        { number: 1, current: false },
      ],
    })
  })

  test('of what was never synced says so, and ends with 1', async () => {
    const { run } = await synced()
    expect(await run('history', 'nobody')).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/nobody on \S+: never synced/),
    })
  })
})

describe('plumbline rollback', () => {
  test('shows what it changes, and brings the set before back', async () => {
    const { application, run, mode } = await synced('one', 'two')
    const dry = await run('rollback', application, '--dry-run')
    expect(dry).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/-\s+mode: two\n\+?\s*\+\s+mode: one/),
    })
    expect(await mode()).toBe('two')
    const { exitCode, stdout } = await run('rollback', application)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/1 to update/)
    expect(stdout).toMatch(/synced in /)
    expect(await mode()).toBe('one')
    expect((await run('history', application)).stdout).toMatch(/\* +3 .*rollback to 1 by/)
  })

  test('to a number goes there; as JSON it is one document', async () => {
    const { application, run, mode } = await synced('one', 'two', 'three')
    const { exitCode, stdout } = await run('rollback', application, '--to', '1', '--output', 'json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      application,
      outcome: 'synced',
      plan: { summary: { update: 1 } },
    })
    expect(await mode()).toBe('one')
  })

  test('to what is not kept, or of what is not there, says what there is', async () => {
    const { application, run } = await synced('one')
    const missing = await run('rollback', application, '--to', '7')
    expect(missing).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/7 is not kept of .*There are: 1/s),
    })
    const unknown = await run('rollback', 'nobody')
    expect(unknown).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/there is no application nobody/),
    })
  })
})
