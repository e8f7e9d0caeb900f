import { setTimeout as wait } from 'node:timers/promises'
import type { PullRequest } from '../../simulator/github/state.ts'
import type { Delivery } from '../../simulator/github/webhooks/delivery.ts'
import { spread, spreadColumns } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import type { LoopPlace } from './place.ts'
import { follow, openScaling, scaleAgain, type Seen } from './pull-requests.ts'

const rounds = 10
const burst = 50

export const webhookScenario: Scenario<LoopPlace> = {
  name: 'webhook',
  title: 'From the webhook to the comment',
  about: `${rounds} pull requests that change both clusters, each with a second commit; one after the other. The clock starts when the
simulator sends \`pull_request\` and stops when the comment (and then the check \`plumbline\`) shows the plan of that commit. In between:
accept, queue, git fetch by the server, two agents that fetch, merge, render and dry-run, the comment. Writes to GitHub are spaced by 350 ms and
new comments by a second, to stay below its secondary limits; that is part of these times.

The answer to a webhook is timed by its sender. In the burst ${burst} webhooks arrive at once, while a pull request is being planned: the limit that
Plumbline sets itself is a second, GitHub's is ten. There is nothing to compare this with that runs here.`,
  async measure(place, signal) {
    const { simulator, people } = place.stage.github
    const first: Seen[] = []
    const second: Seen[] = []
    const sentBefore = simulator.deliveries.length
    for (let round = 0; round < rounds; round++) {
      const branch = `bench-${round}`
      const opened = await follow(place, 'opened', () => openScaling(place, branch, 10 + round), signal)
      first.push(opened.seen)
      const { pull } = opened
      const push = async () => {
        await scaleAgain(place, branch, [10 + round, 30 + round])
        return pull
      }
      second.push((await follow(place, 'synchronize', push, signal)).seen)
      await simulator.closeIssue(pull, people.alice)
      await simulator.settled()
      // So that one round does not wait for the pace that the one before has used up.
      await wait(1000, undefined, { signal })
    }
    const quiet = simulator.deliveries.slice(sentBefore)
    const { inBurst, late } = await measureBurst(place, signal)
    const rows = [
      ['new pull request → comment', ...spread(first.map(it => it.comment - it.sent))],
      ['new pull request → check green', ...spread(first.map(it => it.check - it.sent))],
      ['second commit → comment edited', ...spread(second.map(it => it.comment - it.sent))],
      ['second commit → check green', ...spread(second.map(it => it.check - it.sent))],
      ['webhook → its answer', ...spread(quiet.map(answerTime))],
      [`webhook → its answer, ${burst} at once`, ...spread(inBurst.map(answerTime))],
      ['new pull request → comment, in that burst', ...spread([late.comment - late.sent])],
    ]
    return { columns: ['', ...spreadColumns], rows }
  },
}

/** Comments of people, all at once, while a pull request is being planned. */
async function measureBurst(
  place: LoopPlace,
  signal: AbortSignal,
): Promise<{ readonly inBurst: readonly Delivery[]; readonly late: Seen }> {
  const { simulator, people } = place.stage.github
  const before = simulator.deliveries.length
  const open = async (): Promise<PullRequest> => {
    const pull = await openScaling(place, 'bench-burst', 50)
    for (let at = 0; at < burst; at++) simulator.commentOn(pull, people.bob, `Looks good to me, says ${at}`)
    return pull
  }
  const { pull, seen } = await follow(place, 'opened', open, signal)
  await simulator.settled()
  await simulator.closeIssue(pull, people.alice)
  await simulator.settled()
  const comments = simulator.deliveries.slice(before).filter(it => it.event === 'issue_comment')
  return { inBurst: comments.filter(it => it.body.includes('Looks good to me')), late: seen }
}

/** Milliseconds. Fails when it was not taken: a refusal is quick and says nothing. */
function answerTime({ event, duration, status }: Delivery): number {
  if (status !== 'OK') throw new Error(`the webhook ${event} was not taken: ${status}`)
  return duration * 1000
}
