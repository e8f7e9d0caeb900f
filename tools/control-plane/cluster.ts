import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isReady } from './api.ts'
import { ensureBinaries, type EnsureBinariesOptions } from './binaries.ts'
import {
  checkoutClusters,
  type ClusterFolder,
  clusterFolder,
  readReady,
  writeInstance,
} from './cluster-folder.ts'
import { componentNames, storeNames } from './components.ts'
import { hasCode, messageOf } from '../machine/errors.ts'
import { startGuard } from '../machine/guard.ts'
import { withLock } from '../machine/lock.ts'
import { ensureNodes } from './nodes.ts'
import { findProcesses } from '../machine/processes.ts'
import { removeCluster } from './remove.ts'
import { startCluster } from './start.ts'

export interface Cluster {
  readonly name: string
  /** Path of a kubeconfig that may do everything. */
  readonly kubeconfig: string
  /** Ends all its processes and removes its folder. Idempotent. */
  down(): Promise<void>
}

export interface CreateClusterOptions {
  /** Lower-case letters, digits and dashes. */
  readonly name: string
  /** How many ready nodes at least. Default 1. */
  readonly nodes?: number
  /** False: the API server and its store alone, so that nothing changes but what somebody writes. Default true. */
  readonly controllers?: boolean
  /** More flags for the API server of a new cluster. Default: none. */
  readonly apiServerArgs?: readonly string[]
  /** The folder below which the cluster gets its own. Default: this checkout's. */
  readonly dir?: string
  /**
   * `process` (default): the cluster is removed when this process ends, however it ends.
   * `until-down`: it stays until somebody takes it down.
   */
  readonly lifetime?: 'process' | 'until-down'
  readonly onProgress?: EnsureBinariesOptions['onProgress']
  /** Aborting removes what was started so far. */
  readonly signal?: AbortSignal
}

/**
 * Provides a running cluster: the one of this name if it is healthy, else a new one in place of what was left of it.
 * A few seconds once the binaries are there. Safe to call from several processes at once. A cluster that ran already
 * keeps its lifetime, except that `until-down` makes it stay.
 */
export async function createCluster(options: CreateClusterOptions): Promise<Cluster> {
  const binaries = await ensureBinaries({ onProgress: options.onProgress, signal: options.signal })
  const folder = await clusterFolder(options.name, options.dir)
  const guard = await withLock(folder.lock, { signal: options.signal }, async () => {
    const nodes = options.nodes ?? 1
    const access = await healthyAccess(folder)
    if (access !== undefined) {
      // Whose guard watched it until now must no longer remove it.
      if (options.lifetime === 'until-down') await writeInstance(folder, randomUUID())
      if (access.controllers) await ensureNodes(access, nodes)
      return undefined
    }
    return startWithRetry(folder, binaries, nodes, options)
  })
  return {
    name: options.name,
    kubeconfig: folder.kubeconfig,
    async down() {
      await withLock(folder.lock, {}, () => removeCluster(folder))
      guard?.dismiss()
    },
  }
}

const startAttempts = 3

/** Another process may take a port between our choice and our listening: then the next ports are tried. */
async function startWithRetry(
  folder: ClusterFolder,
  binaries: string,
  nodes: number,
  options: CreateClusterOptions,
) {
  const { lifetime = 'process', controllers = true, apiServerArgs = [] } = options
  const { signal = new AbortController().signal } = options
  for (let attempt = 1; ; attempt++) {
    await removeCluster(folder)
    const instance = randomUUID()
    const guard = startGuard(removeOrphanCommand(folder, instance))
    try {
      await startCluster({ folder, instance, binaries, nodes, controllers, apiServerArgs, signal })
      if (lifetime === 'process') return guard
      guard.dismiss()
      return undefined
    } catch (error) {
      await removeCluster(folder)
      guard.dismiss()
      if (attempt === startAttempts || !/address already in use/.test(messageOf(error))) throw error
    }
  }
}

function removeOrphanCommand(folder: ClusterFolder, instance: string): [string, ...string[]] {
  const script = join(import.meta.dirname, 'remove-orphan.ts')
  const args = [script, folder.name, dirname(folder.root), instance]
  return [process.execPath, '--disable-warning=ExperimentalWarning', ...args]
}

/** Removes the cluster of this name, whole or half started. Returns whether there was anything to remove. */
export async function removeClusterNamed(name: string, dir?: string): Promise<boolean> {
  const folder = await clusterFolder(name, dir)
  return withLock(folder.lock, {}, async () => {
    const existed = (await listFolders(dirname(folder.root))).includes(name)
    await removeCluster(folder)
    return existed
  })
}

export interface ListedCluster {
  readonly name: string
  readonly state: 'running' | 'broken'
  readonly kubeconfig: string
  readonly server: string | undefined
}

/** The clusters below `dir`, by name. `broken`: half started, or not all of it runs; `up` replaces it. */
export async function listClusters(dir = checkoutClusters): Promise<readonly ListedCluster[]> {
  const names = await listFolders(dir)
  return Promise.all(
    names.map(async name => {
      const folder = await clusterFolder(name, dir)
      const access = await readReady(folder)
      const healthy = (await healthyAccess(folder)) !== undefined
      return {
        name,
        state: healthy ? 'running' : 'broken',
        kubeconfig: folder.kubeconfig,
        server: access?.server,
      } as const
    }),
  )
}

async function listFolders(dir: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true })
    return entries
      .filter(entry => entry.isDirectory())
      .map(entry => entry.name)
      .sort()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

async function healthyAccess(folder: ClusterFolder) {
  const access = await readReady(folder)
  if (access === undefined || !(await isReady(access))) return undefined
  const running = new Set((await findProcesses(folder.root, componentNames)).map(({ program }) => program))
  const expected = access.controllers ? componentNames : storeNames
  return expected.every(name => running.has(name)) ? access : undefined
}
