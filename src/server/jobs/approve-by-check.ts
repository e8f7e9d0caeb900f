import { list } from '../../model/phrase.ts'
import type { Job } from '../queue/job.ts'
import type { JobContext } from '../queue/queue.ts'
import { code } from '../report/escape.ts'
import { approve } from './approve.ts'
import { no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { say } from './reply.ts'

type Pressed = Extract<Job, { readonly kind: 'approve-pressed' }>

/**
 * The button on a check: approves all that waits, of just the commit and the plan that the check shows. A check cannot answer, so a
 * comment says why not.
 */
export async function approveByCheck(deps: JobDeps, pressed: Pressed, context: JobContext): Promise<void> {
  const { repository, number, by } = pressed
  const outcome = await outcomeOf(deps, pressed, context)
  if (outcome.kind !== 'no') return
  const body = `To ${code(`@${by}`)}, who pressed Approve: ${outcome.why}`
  const key = `button-${by.toLowerCase()}`
  await say(
    deps.forges.repository(repository),
    { on: { kind: 'pull-request', number }, key, body },
    context.signal,
  )
}

function outcomeOf(deps: JobDeps, pressed: Pressed, context: JobContext): Promise<Outcome> | Outcome {
  const { repository, number, by, revision, attempt, oneOf } = pressed
  if (oneOf.length > 1) {
    const those = list(oneOf.map(it => `#${it}`))
    return no(
      `Nothing was approved: that commit is the head of ${those}, and its check shows one of them only. Say \`/plumbline approve\` on the one that you mean.`,
    )
  }
  const wish = { repository, number, by, environment: null, head: revision, at: null }
  return approve(deps, attempt === undefined ? wish : { ...wish, plan: attempt }, context)
}
