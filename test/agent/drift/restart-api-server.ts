import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { findProcesses, killProcesses, startProcess } from '../../../tools/machine/processes.ts'

const run = promisify(execFile)

/** Kills the API server of a cluster of ours. Resolves with what starts it again, as it was. */
export async function killApiServer(kubeconfig: string): Promise<() => Promise<void>> {
  const folder = dirname(kubeconfig)
  const name = 'kube-apiserver'
  const [found] = await findProcesses(folder, [name])
  if (!found) throw new Error(`there is no API server in ${folder}`)
  const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(found.pid)])
  const [, ...args] = stdout.trim().split(' ')
  await killProcesses(folder, [name])
  return async () => {
    const program = join(await ensureBinaries(), name)
    const log = join(folder, 'logs', 'restarted.log')
    await startProcess({ program, args, env: process.env, cwd: folder, log })
  }
}
