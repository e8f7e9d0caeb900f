import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type AdoptedPath, adoptPath } from '../../src/cli/adopt-path.ts'
import { withLocalEngine } from '../../src/cli/local-engine.ts'
import { printAdopted } from '../../src/cli/output/adopted-text.ts'
import { syncPath } from '../../src/cli/sync-path.ts'
import { kubectl } from '../agent/sync/fixture.ts'
import { useControlPlane } from '../control-plane.ts'

const plane = useControlPlane()

const settings = `# Ours.
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  mode: 'fast' # enough
  level: info
`

/** A directory that was synced, and what a person at a terminal does with it. */
async function desk() {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-desk-'))
  const namespace = await plane.namespace()
  const options = { application: plane.freeName('desk'), namespace }
  const file = join(folder, 'settings.yaml')
  await writeFile(file, settings)
  await chmod(file, 0o640)
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(async () => {
    said.mockRestore()
    await rm(folder, { recursive: true, force: true })
  })
  await withLocalEngine({ kubeconfig: plane.kubeconfig }, async (engine, signal) => {
    await syncPath(engine, folder, options, signal)
  })
  return {
    file,
    kubectl: (...args: readonly string[]) => kubectl(plane, ['-n', namespace, ...args]),
    async adopt(dryRun: boolean): Promise<AdoptedPath> {
      let adopted: AdoptedPath | undefined
      await withLocalEngine({ kubeconfig: plane.kubeconfig }, async (engine, signal) => {
        adopted = await adoptPath(engine, folder, { ...options, dryRun }, signal)
      })
      return adopted!
    },
  }
}

function printed(adopted: AdoptedPath, options: Parameters<typeof printAdopted>[1]): string {
  const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    printAdopted(adopted, options)
    return out.mock.calls.map(([text]) => String(text)).join('')
  } finally {
    out.mockRestore()
  }
}

test('adopt edits the files in place, and only shows it with --dry-run', async () => {
  const { file, kubectl: hand, adopt } = await desk()
  await hand('patch', 'configmap/settings', '-p', '{"data":{"mode":"slow"}}')
  const shown = await adopt(true)
  expect(await readFile(file, 'utf8')).toBe(settings)
  expect(printed(shown, { output: 'text', color: 'never', dryRun: true })).toBe(
    `--- a/settings.yaml
+++ b/settings.yaml
@@ -3,6 +3,6 @@
 kind: ConfigMap
 metadata:
   name: settings
 data:
-  mode: 'fast' # enough
+  mode: 'slow' # enough
   level: info

${shown.application}: would adopt 1 change in 1 file
`,
  )
  await adopt(false)
  expect(await readFile(file, 'utf8')).toBe(settings.replace('fast', 'slow'))
  expect((await stat(file)).mode & 0o777).toBe(0o640)
  expect(await adopt(false)).toMatchObject({ files: [], adopted: [], left: [] })
})
