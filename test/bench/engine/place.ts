import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../../../tools/build/build.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { agentNodeOptions } from '../../../src/compose/steady-heap.ts'
import { type Cluster, createCluster } from '../../../tools/control-plane/cluster.ts'
import { startGuard } from '../../../tools/machine/guard.ts'
import { ensureTestProgram } from '../../../tools/test-programs/ensure.ts'
import { type Command, runCommand } from '../command.ts'
import { manifests } from './objects.ts'

/** A cluster for large applications, and the tools that plan them. */
export interface EnginePlace {
  readonly cluster: Cluster
  readonly folder: string
  /** `plumbline` as it is shipped: built. */
  plumbline(...args: readonly string[]): Command
  kubectl(...args: readonly string[]): Command
  fluxSsa(what: 'diff' | 'apply', namespace: string, file: string): Command
  /** What of an agent a plan needs; prints milliseconds of each of its plans. */
  warmAgent(it: { application: string; checkout: string; namespace: string; rounds: number }): Command
  /** What of an agent a sync needs; syncs one folder after the other, prints the milliseconds of the last and its memory. */
  warmSync(...steps: readonly WarmSync[]): Command
  run(command: Command, differs?: boolean): Promise<string>
  /** A folder with one file of `count` objects, all as in the cluster, and one with every `oneIn`th changed. */
  writeObjects(count: number, oneIn: number): Promise<{ readonly same: string; readonly changed: string }>
  stop(): Promise<void>
}

export interface WarmSync {
  readonly folder: string
  readonly namespace: string
  readonly application: string
  readonly rounds: number
}

export const objectsFile = 'all.yaml'

export async function startEnginePlace(signal: AbortSignal): Promise<EnginePlace> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'))
  const guard = startGuard(['rm', '-rf', folder])
  const binaries = await ensureBinaries({ signal })
  const built = await build()
  const flux = await ensureTestProgram('flux-ssa', signal)
  const cluster = await createCluster({ name: 'bench-engine', signal })
  const env = { PLUMBLINE_BIN: binaries }
  const { kubeconfig } = cluster
  const node = (...args: readonly string[]): Command => ({
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...args],
    env,
  })
  const warmAgent = new URL('warm-agent.ts', import.meta.url).pathname
  const warmSync = new URL('warm-sync.ts', import.meta.url).pathname
  return {
    cluster,
    folder,
    plumbline: (...args) => node(built, ...args, '--kubeconfig', kubeconfig),
    kubectl: (...args) => ({
      program: join(binaries, 'kubectl'),
      args: [...args, '--kubeconfig', kubeconfig, `--cache-dir=${join(folder, 'kube-cache')}`],
    }),
    fluxSsa: (what, namespace, file) => ({ program: flux, args: [what, kubeconfig, namespace, file] }),
    warmAgent: ({ application, checkout, namespace, rounds }) =>
      node(
        agentNodeOptions,
        warmAgent,
        kubeconfig,
        join(folder, 'agent'),
        checkout,
        namespace,
        application,
        String(rounds),
      ),
    warmSync: (...steps) =>
      node(
        warmSync,
        kubeconfig,
        join(folder, 'agent'),
        ...steps.flatMap(it => [it.folder, it.namespace, it.application, String(it.rounds)]),
      ),
    run: async (command, differs = false) => (await runCommand(command, { signal, differs })).stdout,
    async writeObjects(count, oneIn) {
      const [same, changed] = [join(folder, `${count}`), join(folder, `${count}-changed`)]
      for (const [place, every] of [[same, 0] as const, [changed, oneIn] as const]) {
        await mkdir(place, { recursive: true })
        await writeFile(join(place, objectsFile), manifests(count, every))
      }
      return { same, changed }
    },
    async stop() {
      await cluster.down()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      guard.dismiss()
    },
  }
}
