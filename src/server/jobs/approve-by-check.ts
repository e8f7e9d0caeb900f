import type { ForgeEvent } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import { code } from '../report/escape.ts'
import { approve } from './approve.ts'
import type { JobDeps } from './deps.ts'
import { say } from './reply.ts'

type CheckAction = Extract<ForgeEvent, { readonly kind: 'check-action' }>

/** The button on a check: approves all that waits, of just the commit that the check is of. A check cannot answer, so a comment says why not. */
export async function approveByCheck(
  deps: JobDeps,
  { repository, revision, by }: Pick<CheckAction, 'repository' | 'revision' | 'by'>,
  number: number,
  context: JobContext,
): Promise<void> {
  const wish = { repository, number, by, environment: null, head: revision, at: null }
  const outcome = await approve(deps, wish, context)
  if (outcome.kind !== 'no') return
  const body = `To ${code(`@${by}`)}, who pressed Approve: ${outcome.why}`
  const key = `button-${by.toLowerCase()}`
  await say(
    deps.forges.repository(repository),
    { on: { kind: 'pull-request', number }, key, body },
    context.signal,
  )
}
