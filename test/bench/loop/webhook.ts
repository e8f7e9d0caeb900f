import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { PullRequest } from '../../simulator/github/state.ts'
import type { Delivery } from '../../simulator/github/webhooks/delivery.ts'
import { openChange } from '../../story/change.ts'
import { spread, spreadColumns } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { deployHundred, hundredWith, removeHundred } from './hundred.ts'
import type { LoopPlace } from './place.ts'
import { follow, type Seen } from './pull-requests.ts'
import { type Timeline, timelineOf } from './timeline.ts'

const warmRounds = 20
const coldRounds = 8
const burst = 50
/** Longer than two edits of one comment are kept apart. */
const betweenMs = 6000

export const webhookScenario: Scenario<LoopPlace> = {
  name: 'webhook',
  title: 'From the webhook to the comment',
  about: `An application of 100 objects, 10 of which change, in a repository with 2,000 other files. ${warmRounds} pull requests, each with a second commit, one after the
other; then ${coldRounds} more, before each of which server and agent are ended, lose their clones, checkouts and rendered files, and start again. The clock starts when the
simulator sends the webhook and stops when the comment (and then the check \`plumbline\`) shows the plan of that commit. *read* is the server's: queue, pull request, fetch and merge,
finding what is touched; *checkout*, *render* and *plan* are the agent's, for merge and base, by its own clock; *report* runs from the agent's answer to the comment. What is left is the
way between them. Writes to GitHub keep a distance, to stay below its secondary limits; that is part of these times.

The answer to a webhook is timed by its sender. In the burst ${burst} webhooks arrive at once, while a pull request is being planned: the limit that
Plumbline sets itself is a second, GitHub's is ten. There is nothing to compare this with that runs here.`,
  async measure(place, signal) {
    await deployHundred(place)
    const sentBefore = place.stage.github.simulator.deliveries.length
    const warm: Round[] = []
    for (let at = 0; at < warmRounds; at++) warm.push(await playRound(place, `warm-${at}`, signal))
    const quiet = place.stage.github.simulator.deliveries.slice(sentBefore)
    const cold: Round[] = []
    for (let at = 0; at < coldRounds; at++) {
      await makeCold(place)
      cold.push(await playRound(place, `cold-${at}`, signal))
    }
    const { inBurst, late } = await measureBurst(place, signal)
    await removeHundred(place)
    const rows = [
      ...rowsOf('warm', warm),
      ['second commit → comment edited', ...spread(warm.map(it => it.second.comment - it.second.sent))],
      ...rowsOf('cold', cold),
      ['webhook → its answer', ...spread(quiet.map(answerTime))],
      [`webhook → its answer, ${burst} at once`, ...spread(inBurst.map(answerTime))],
      ['new pull request → comment, in that burst', ...spread([late.comment - late.sent])],
      ['requests to GitHub, open to check', ...counts(warm.map(it => it.requests))],
    ]
    return { columns: ['', ...spreadColumns], rows }
  },
}

interface Round {
  readonly first: Seen
  readonly second: Seen
  readonly timeline: Timeline
  /** From the opened pull request until all was shown. */
  readonly requests: number
}

async function playRound(place: LoopPlace, branch: string, signal: AbortSignal): Promise<Round> {
  const { simulator, people, repository } = place.stage.github
  const requestsBefore = simulator.requests.length
  const open = () => openChange(place.story, { branch, title: branch, files: hundredWith(10) })
  const { pull, seen: first, sent } = await follow(place, 'opened', open, signal)
  const head = pull.pull.headSha
  const requests = simulator.requests.slice(requestsBefore).filter(it => isAboutPull(it.path)).length
  const clock = performance.timeOrigin
  const [server, agent] = place.stage.logFiles
  const timeline = await timelineOf(
    { head, sent: clock + first.sent, comment: clock + first.comment, accept: answerTime(sent) },
    { server: server!, agent: agent! },
  )
  await wait(betweenMs, undefined, { signal })
  const push = async () => {
    const change = { branch, message: 'more', files: hundredWith(9) }
    await simulator.pushCommit({ repository, author: people.alice, ...change })
    return pull
  }
  const { seen: second } = await follow(place, 'synchronize', push, signal)
  await simulator.closeIssue(pull, people.alice)
  await simulator.settled()
  // So that one round does not wait for the pace that the one before has used up.
  await wait(1000, undefined, { signal })
  return { first, second, timeline, requests }
}

/** Sweeps run beside, on their own clock. */
function isAboutPull(path: string): boolean {
  return !/hook\/deliveries|installations|installation\/repositories|\/app$/.test(path)
}

/** Server and agent start as on a new machine, but for the database. */
async function makeCold({ stage }: LoopPlace): Promise<void> {
  await stage.stopAgent('dev')
  await stage.server.stop()
  await rm(join(stage.server.dataFolder, 'git'), { recursive: true, force: true })
  await rm(join(stage.folder, 'agent-dev'), { recursive: true, force: true })
  await stage.server.start()
  await stage.startAgent('dev')
}

function rowsOf(how: string, rounds: readonly Round[]): readonly (readonly string[])[] {
  const parts = ['accept', 'read', 'checkout', 'render', 'plan', 'report'] as const
  return [
    [`${how}: new pull request → comment`, ...spread(rounds.map(it => it.first.comment - it.first.sent))],
    ...parts.map(part => [`${how}: … ${part}`, ...spread(rounds.map(it => it.timeline[part]))]),
    [`${how}: new pull request → check`, ...spread(rounds.map(it => it.first.check - it.first.sent))],
  ]
}

function counts(values: readonly number[]): readonly string[] {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => String(sorted[Math.ceil(sorted.length * share) - 1])
  return [String(values.length), at(0.5), at(0.95), at(1)]
}

/** Comments of people, all at once, while a pull request is being planned. */
async function measureBurst(
  place: LoopPlace,
  signal: AbortSignal,
): Promise<{ readonly inBurst: readonly Delivery[]; readonly late: Seen }> {
  const { simulator, people } = place.stage.github
  const before = simulator.deliveries.length
  const open = async (): Promise<PullRequest> => {
    const change = { branch: 'bench-burst', title: 'Burst', files: hundredWith(10) }
    const pull = await openChange(place.story, change)
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
