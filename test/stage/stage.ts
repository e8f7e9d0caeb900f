import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCluster, type RunningCluster } from '../../tools/control-plane/create-cluster.ts'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { startStageGitHub, type StageGitHub } from './github.ts'
import { type PlumblineProcess, startPlumbline } from './process.ts'
import { startStageServer, type StageServer } from './server.ts'

/** Everything of the story, for real: clusters, GitHub, the server and an agent in each cluster. */
export interface Stage {
  readonly folder: string
  readonly github: StageGitHub
  readonly server: StageServer
  readonly clusters: Readonly<Record<string, RunningCluster>>
  readonly logFiles: readonly string[]
  startAgent(cluster: string): Promise<void>
  stopAgent(cluster: string, signal?: NodeJS.Signals): Promise<void>
  /** Ends and removes all of it, in order, whatever is there. */
  stop(): Promise<void>
}
