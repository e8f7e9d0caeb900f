import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from '../../../tools/build/build.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { type Cluster, createCluster } from '../../../tools/control-plane/cluster.ts'
import { startGuard } from '../../../tools/machine/guard.ts'
import { type Command, runCommand } from '../command.ts'
import { type CountedApi, type Counts, countApi } from '../counted-api.ts'
import { type BenchApplication, guestbook, largeApplication, placeApplication } from './applications.ts'

const git = promisify(execFile)

/** A cluster without agent, and applications that both tools have applied to it. */
export interface CommandLinePlace {
  readonly applications: readonly BenchApplication[]
  readonly plumbline: Tool
  readonly kubectl: Tool
  stop(): Promise<void>
}

export interface Tool {
  command(...args: readonly string[]): Command
  /** Runs it once, warmed up, behind a counter. */
  count(args: readonly string[], options: { signal: AbortSignal; differs: boolean }): Promise<Counts>
}

export async function startCommandLinePlace(signal: AbortSignal): Promise<CommandLinePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'))
  const guard = startGuard(['rm', '-rf', folder])
  const undo: (() => Promise<void>)[] = [
    async () => {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      guard.dismiss()
    },
  ]
  const stop = async () => {
    for (const step of undo.splice(0).toReversed()) await step()
  }
  try {
    const cluster = await createCluster({ name: 'bench-cli', signal })
    undo.push(() => cluster.down())
    const api = await countApi(cluster, folder)
    undo.push(() => api.stop())
    const main = await build()
    const binaries = await ensureBinaries({ signal })
    const plumbline = createTool(
      {
        program: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', main],
        env: { PLUMBLINE_BIN: binaries },
      },
      cluster,
      api,
    )
    const cache = `--cache-dir=${join(folder, 'kube-cache')}`
    const kubectl = createTool({ program: join(binaries, 'kubectl'), args: [cache] }, cluster, api)
    await git('git', ['init', '--quiet', folder])
    const sources = [await guestbook(), largeApplication()]
    const applications = await Promise.all(sources.map(it => placeApplication(folder, it)))
    for (const { name, ours, theirs, namespaces } of applications) {
      const run = (command: Command) => runCommand(command, { signal, differs: false })
      await run(kubectl.command('create', 'namespace', namespaces.ours))
      await run(kubectl.command('create', 'namespace', namespaces.theirs))
      await run(kubectl.command('apply', '--server-side', '-k', theirs))
      await run(plumbline.command('sync', ours, '--application', name))
    }
    return { applications, plumbline, kubectl, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

function createTool(start: Command, cluster: Cluster, api: CountedApi): Tool {
  const commandOn = (args: readonly string[], kubeconfig: string) => ({
    ...start,
    args: [...start.args, ...args, '--kubeconfig', kubeconfig],
  })
  return {
    command: (...args) => commandOn(args, cluster.kubeconfig),
    async count(args, options) {
      const command = commandOn(args, api.kubeconfig)
      await runCommand(command, options)
      api.take()
      await runCommand(command, options)
      return api.take()
    },
  }
}
