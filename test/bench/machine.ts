import { execFile } from 'node:child_process'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'

const run = promisify(execFile)

const kubectlVersion = z.object({
  clientVersion: z.object({ gitVersion: z.string() }),
  kustomizeVersion: z.string(),
})

/** Lines of Markdown: where and when a run took place. `loads`: the load average before it began and after each part. */
export async function machineFacts(loads: readonly number[]): Promise<readonly string[]> {
  const processors = cpus()
  const kubectl = join(await ensureBinaries(), 'kubectl')
  const { stdout } = await run(kubectl, ['version', '--client', '-o', 'json'])
  const { clientVersion, kustomizeVersion } = kubectlVersion.parse(JSON.parse(stdout))
  const [before = 0, ...later] = loads
  // Its own share is about one and a half for each core.
  const isCalm = before < 1.5 && Math.max(...later) < 2 * processors.length
  const others = isCalm
    ? 'nothing else to speak of ran'
    : 'other work ran too, so read the times as upper bounds'
  return [
    `- ${new Date().toISOString().slice(0, 10)}, commit ${await commit()}`,
    `- ${processors.length} cores (${processors[0]?.model.trim() || 'unknown model'}), ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${type()} ${release()}`,
    `- Node ${process.versions.node}, Kubernetes and kubectl ${clientVersion.gitVersion}, kustomize ${kustomizeVersion} in kubectl; nodes are simulated by KWOK`,
    `- load average ${before.toFixed(1)} before the run, at most ${Math.max(...later).toFixed(1)} after a part of it: ${others}`,
  ]
}

async function commit(): Promise<string> {
  const { stdout } = await run('git', ['describe', '--always', '--abbrev=7', '--exclude=*', '--dirty'])
  return `\`${stdout.trim()}\``
}

export function loadNow(): number {
  return loadavg()[0] ?? 0
}
