import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import type { Cluster } from '../../tools/control-plane/cluster.ts'

const run = promisify(execFile)

/** Runs the real kubectl against a cluster and resolves with what it printed. Rejects, with its words, when it fails. */
export async function kubectl(
  cluster: Pick<Cluster, 'kubeconfig'>,
  ...args: readonly string[]
): Promise<string> {
  const binary = join(await ensureBinaries(), 'kubectl')
  const { stdout } = await run(binary, ['--kubeconfig', cluster.kubeconfig, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.trim()
}
