import { createCluster } from '../../../tools/control-plane/cluster.ts'
import { createProcessPool, type ProcessPool } from '../../agent/sync/proof/processes.ts'
import { type ProofPlace, startProofPlace } from '../../agent/sync/proof/proof-place.ts'

/** A cluster on which syncs are killed and disturbed. */
export interface BenchProofPlace {
  readonly place: ProofPlace
  readonly pool: ProcessPool
  stop(): Promise<void>
}

export async function startBenchProofPlace(signal: AbortSignal): Promise<BenchProofPlace> {
  const cluster = await createCluster({ name: 'bench-proof', nodes: 1, signal })
  const place = await startProofPlace(cluster.kubeconfig, 'proof')
  const pool = createProcessPool(2)
  return {
    place,
    pool,
    async stop() {
      await pool.stop()
      await place.stop()
      await cluster.down()
    },
  }
}
