import { timingSafeEqual } from 'node:crypto'
import { Code, ConnectError } from '@connectrpc/connect'
import type { ClusterRecord, Clusters } from '../store/records/clusters.ts'
import { tokenHash } from './token.ts'

/** The cluster that a request speaks for. Rejects with `unauthenticated`, whatever is wrong with the token. */
export async function authenticate(clusters: Clusters, headers: Headers): Promise<ClusterRecord> {
  const token = /^Bearer ([\w-]{1,200})$/.exec(headers.get('authorization') ?? '')?.[1]
  if (token === undefined) throw refused()
  const hash = tokenHash(token)
  const cluster = await clusters.withToken(hash)
  if (!cluster || cluster.revoked) throw refused()
  if (!timingSafeEqual(Buffer.from(cluster.tokenHash), Buffer.from(hash))) throw refused()
  return cluster
}

function refused(): ConnectError {
  return new ConnectError(
    'this token speaks for no cluster: get a new one with `plumbline clusters add NAME`',
    Code.Unauthenticated,
  )
}
