import type { PullRequest } from '../../simulator/github/state.ts'
import type { Delivery } from '../../simulator/github/webhooks/delivery.ts'
import { appComments } from '../../story/seen.ts'
import { momentOf } from '../moment.ts'
import type { LoopPlace } from './place.ts'

/** Times of `performance.now`. */
export interface Seen {
  readonly sent: number
  readonly comment: number
  readonly check: number
}

export interface Followed {
  readonly pull: PullRequest
  readonly seen: Seen
  readonly sent: Delivery
}

/** Follows the webhook of `action` that `cause` makes GitHub send, until comment and check show the pull request's head. */
export async function follow(
  { stage }: LoopPlace,
  action: 'opened' | 'synchronize',
  cause: () => Promise<PullRequest>,
  signal: AbortSignal,
): Promise<Followed> {
  const { simulator, repository } = stage.github
  const before = simulator.deliveries.length
  const delivery = () => simulator.deliveries.slice(before).find(it => isPull(it, action))
  const isSent = () => delivery() !== undefined
  const [sent, pull] = await Promise.all([momentOf(`GitHub sends ${action}`, isSent, { signal }), cause()])
  const showsHead = () => {
    const part = `Plan for \`${pull.pull.headSha.slice(0, 7)}\``
    return appComments(pull).some(it => it.body.includes(part))
  }
  const isGreen = () =>
    simulator
      .checkRuns(repository, pull.pull.headSha)
      .some(it => it.name === 'plumbline' && it.conclusion === 'success')
  const [comment, check] = await Promise.all([
    momentOf('a comment shows the plan', showsHead, { signal }),
    momentOf('the check is green', isGreen, { signal }),
  ])
  return { pull, seen: { sent, comment, check }, sent: delivery()! }
}

function isPull({ event, action }: Delivery, wanted: string): boolean {
  return event === 'pull_request' && action === wanted
}
