import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { type Comment, done, no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { tellAgain } from './overlaps.ts'

/**
 * On a pull request that waits for others it ends the waiting; on one that others wait for it lets them go ahead. It holds until one of the
 * two ends.
 */
export async function obeyUnlock(
  deps: JobDeps,
  { repository: ref, number, author: person }: Comment,
  { traceId }: JobContext,
): Promise<Outcome> {
  const self = await deps.store.pullRequests.numbered(repositoryKey(ref), number)
  const plan = self && (await deps.store.plans.latest(self.id))
  if (!self || !plan) return no('Only a pull request with a plan can be unlocked.')
  if (self.state !== 'open') return no('This pull request is closed.')
  if (plan.settings.plan.locks !== 'block') {
    return no('Nothing is locked here: `plan.locks` is not set to `block` in `.plumbline.yaml`.')
  }
  return deps.store.transaction(async records => {
    const ids = [...new Set((await records.overlaps.of(self.id)).map(it => it.other))]
    if (ids.length === 0) return no('Nothing is locked here.')
    for (const id of ids) {
      const other = await records.pullRequests.byId(id)
      if (!other) continue
      const [holder, waiting] = other.number < number ? [other, self] : [self, other]
      await records.overlaps.unlock({ pullRequest: waiting.id, holder: holder.id, person })
    }
    deps.logger.info({ traceId, pullRequest: number, by: person }, 'a pull request was unlocked')
    await tellAgain(deps, records, { others: [self.id, ...ids], ref, traceId })
    return done
  })
}
