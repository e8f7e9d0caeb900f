import type { Plan } from '../../model/plan.ts'
import { ClusterError } from '../cluster/cluster.ts'

/**
 * Throws, as an outage, when the only thing wrong with a plan is that the API server failed while it was asked about some objects: a
 * webhook that is not ready yet, a store that was slow.
 */
export function throwIfUnanswered({ changes }: Plan): void {
  const refused = changes.flatMap(it => (it.action === 'error' ? [it.error] : []))
  const [first] = refused
  if (!first || refused.some(it => it?.code !== 'not-predicted')) return
  throw new ClusterError('server', first.message, { status: 500, passing: true })
}
