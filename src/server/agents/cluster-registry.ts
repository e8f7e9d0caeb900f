import { InvalidInputError } from '../../model/problem.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { Store } from '../store/store.ts'
import { newToken, tokenHash } from './token.ts'

/** The clusters that agents may speak for. */
export interface ClusterRegistry {
  /**
   * Registers a cluster, or gives a known one a new token, and returns the token: it is not kept and cannot be shown again.
   * Rejects with InvalidInputError when the name will not do.
   */
  add(name: string): Promise<string>
  /** Ends its token, at the latest when the next keep-alive is due. Rejects with InvalidInputError when there is no such cluster. */
  revoke(name: string): Promise<void>
  list(): Promise<readonly ClusterRecord[]>
}

const clusterName = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/

export function createClusterRegistry(store: Pick<Store, 'clusters'>): ClusterRegistry {
  return {
    async add(name) {
      if (!clusterName.test(name)) {
        throw invalid(
          `"${name}" is not a name for a cluster: use lower case letters, digits, "-" and ".", at most 63`,
        )
      }
      const token = newToken()
      await store.clusters.register(name, tokenHash(token))
      return token
    },
    async revoke(name) {
      if (!(await store.clusters.revoke(name))) throw invalid(`there is no cluster "${name}"`)
    },
    list: () => store.clusters.all(),
  }
}

function invalid(message: string): InvalidInputError {
  return new InvalidInputError([{ code: 'invalid-cluster', message, location: null, hint: null }])
}
