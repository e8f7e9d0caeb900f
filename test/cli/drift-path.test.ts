import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { driftOfPath } from '../../src/cli/drift-path.ts'
import { withLocalEngine } from '../../src/cli/local-engine.ts'
import type { Drift } from '../../src/cli/output/print.ts'
import { planPath } from '../../src/cli/plan-path.ts'
import { syncPath } from '../../src/cli/sync-path.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { SyncResult } from '../../src/model/sync.ts'
import { kubectl } from '../agent/sync/fixture.ts'
import { useControlPlane } from '../control-plane.ts'

const plane = useControlPlane()

/** A directory, and what a person at a terminal does with it. */
async function desk() {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-desk-'))
  const namespace = await plane.namespace()
  const application = plane.freeName('desk')
  const options = { application, namespace }
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const withEngine = async <T>(
    work: (engine: Parameters<typeof driftOfPath>[0], signal: AbortSignal) => Promise<T>,
  ) => {
    let result: T | undefined
    await withLocalEngine({ kubeconfig: plane.kubeconfig }, async (engine, signal) => {
      result = await work(engine, signal)
    })
    return result as T
  }
  return {
    namespace,
    write: (mode: string) => writeFile(join(folder, 'settings.yaml'), settings(mode)),
    drift: () => withEngine<Drift>((engine, signal) => driftOfPath(engine, folder, options, signal)),
    plan: () =>
      withEngine<Plan>(async (engine, signal) => (await planPath(engine, folder, options, signal)).plan),
    sync: () => withEngine<SyncResult>((engine, signal) => syncPath(engine, folder, options, signal)),
    said: () => said.mock.calls.map(([text]) => String(text)).join(''),
    async [Symbol.asyncDispose]() {
      said.mockRestore()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const settings = (mode: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  mode: ${mode}\n`

test('an edit of PATH that was not synced yet is a change of the plan, not drift', async () => {
  await using person = await desk()
  await person.write('fast')
  await person.sync()
  await person.write('slow')
  expect((await person.plan()).summary.update).toBe(1)
  expect((await person.drift()).drifted).toEqual([])
})

test('a hand edit is drift from what was synced, told where it is written', async () => {
  await using person = await desk()
  await person.write('fast')
  await person.sync()
  await person.write('slow')
  await kubectl(plane, [
    'patch',
    '-n',
    person.namespace,
    'configmap/settings',
    '--type=merge',
    '-p={"data":{"mode":"by hand"}}',
  ])
  expect((await person.drift()).drifted).toMatchObject([
    {
      action: 'update',
      origin: 'drift',
      fields: [{ path: '/data/mode', before: 'by hand', after: 'fast', manager: 'kubectl-patch' }],
      source: { file: 'settings.yaml', line: 1 },
    },
  ])
})

test('of what was never synced only PATH as it is now is known, and that is said', async () => {
  await using person = await desk()
  await person.write('fast')
  expect((await person.drift()).drifted).toMatchObject([{ action: 'create', origin: 'drift' }])
  expect(person.said()).toContain('nothing is known of an earlier sync')
})
