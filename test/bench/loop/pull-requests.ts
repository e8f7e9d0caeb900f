import type { PullRequest } from '../../simulator/github/state.ts'
import type { Delivery } from '../../simulator/github/webhooks/delivery.ts'
import { edited, openChange } from '../../story/change.ts'
import { appComments } from '../../story/seen.ts'
import { momentOf } from '../moment.ts'
import type { LoopPlace } from './place.ts'

/** Times of `performance.now`. */
export interface Seen {
  readonly sent: number
  readonly comment: number
  readonly check: number
}

/** Opens a pull request that scales the frontend on both clusters. */
export async function openScaling(
  { story }: LoopPlace,
  branch: string,
  replicas: number,
): Promise<PullRequest> {
  const files = await edited(
    story,
    { branch: 'main', path: 'base/frontend.yaml' },
    { 'replicas: 2': `replicas: ${replicas}` },
  )
  return openChange(story, { branch, title: `Scale the frontend to ${replicas}`, files })
}

/** Pushes a second commit onto it. */
export async function scaleAgain(
  { story, stage }: LoopPlace,
  branch: string,
  [from, to]: readonly [number, number],
): Promise<void> {
  const { simulator, repository, people } = stage.github
  const file = { branch, path: 'base/frontend.yaml' }
  const files = await edited(story, file, { [`replicas: ${from}`]: `replicas: ${to}` })
  await simulator.pushCommit({ repository, author: people.alice, branch, message: `Scale to ${to}`, files })
}

/** Follows the webhook of `action` that `cause` makes GitHub send, until comment and check show the pull request's head. */
export async function follow(
  { stage }: LoopPlace,
  action: 'opened' | 'synchronize',
  cause: () => Promise<PullRequest>,
  signal: AbortSignal,
): Promise<{ readonly pull: PullRequest; readonly seen: Seen }> {
  const { simulator, repository } = stage.github
  const before = simulator.deliveries.length
  const isSent = () => simulator.deliveries.slice(before).some(it => isPull(it, action))
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
  return { pull, seen: { sent, comment, check } }
}

function isPull({ event, action }: Delivery, wanted: string): boolean {
  return event === 'pull_request' && action === wanted
}
