import { rm } from 'node:fs/promises'
import type { ClusterFolder } from './cluster-folder.ts'
import { componentNames } from './components.ts'
import { killProcesses } from '../machine/processes.ts'

/** Ends all processes of a cluster, whole or half started, and removes its folder. Idempotent. Call it under its lock. */
export async function removeCluster(folder: ClusterFolder): Promise<void> {
  await killProcesses(folder.root, componentNames)
  await rm(folder.root, { recursive: true, force: true, maxRetries: 5 })
}
