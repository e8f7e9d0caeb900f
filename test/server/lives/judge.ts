import type { World } from '../world.ts'
import { tokenOf } from './agents.ts'
import { keyOf, type Lived, planComments } from './play.ts'

/** What was begun when the end became known may still come to its end. */
const graceMilliseconds = 3000

/** What is wrong with how a life ended, in words; empty when nothing is. */
export async function wrongWith(world: World, lived: Lived): Promise<readonly string[]> {
  const isOvertaken = await wasBeingPlanned(world, lived)
  const wrong = [
    ...wrongComments(lived),
    ...wrongChecks(world, lived, isOvertaken),
    ...lateWrites(world, lived),
  ]
  return wrong.map(it => `life ${lived.life.number} (#${lived.pull.number}): ${it}`)
}

/** It ended while its plan was being made again, because its base had moved: that is cancelled. */
async function wasBeingPlanned({ store, github }: World, { life, pull }: Lived): Promise<boolean> {
  if (life.end === 'stay') return false
  const record = await store.pullRequests.numbered(keyOf(github, pull), pull.number)
  const plan = record && (await store.plans.latest(record.id))
  return (
    plan !== null && (plan.outdated !== null || plan.applications.some(it => it.status.kind === 'pending'))
  )
}

function wrongComments({ life, pull, wasSeen }: Lived): readonly string[] {
  const plans = planComments(pull)
  const results = pull.comments.filter(it => it.byApp && it.body.startsWith('<!-- plumbline:result'))
  const wrong: string[] = []
  if (life.application === null) {
    return plans.length > 0 ? ['a comment though nothing of ours is touched'] : []
  }
  if (plans.length > 1) wrong.push(`${plans.length} comments with a plan`)
  if (wasSeen || life.end === 'stay') {
    const [plan] = plans
    if (!plan) wrong.push('no comment')
    else if (!plan.body.includes(tokenOf(pull.pull.headSha))) wrong.push('not the plan of the last head')
    else if (plan.body.includes('Seen.')) wrong.push('what somebody else wrote into our comment')
  }
  const wanted = life.end === 'merge' ? 1 : 0
  if (results.length !== wanted) wrong.push(`${results.length} results, not ${wanted}`)
  return wrong
}

function wrongChecks(
  { github }: World,
  { life, pull, wasSeen }: Lived,
  isOvertaken: boolean,
): readonly string[] {
  const runs = github.checkRuns(pull.repository, pull.pull.headSha)
  const newest = new Map(runs.map(it => [it.name, it]))
  const wrong = [...newest.values()]
    .filter(it => it.status !== 'completed')
    .map(it => `the check ${it.name} is still ${it.status}`)
  const aggregate = newest.get('plumbline')
  if (!wasSeen && life.end !== 'stay') return wrong
  if (isOvertaken && aggregate?.conclusion === 'cancelled') return wrong
  const expected = life.application === null ? 'neutral' : 'success'
  if (aggregate?.conclusion !== expected) {
    wrong.push(`the check says ${aggregate?.conclusion ?? 'nothing'} (${aggregate?.title}), not ${expected}`)
  }
  const own = [...newest.values()].filter(it => it.name.startsWith('plumbline / '))
  if (life.application !== null && (own.length !== 1 || own[0]?.conclusion !== 'success')) {
    wrong.push(`checks of applications: ${own.map(it => `${it.name} ${it.conclusion}`).join(', ') || 'none'}`)
  }
  return wrong
}

/** The plan is left alone once the pull request is over; of its result more may come. */
function lateWrites({ github }: World, { pull, overAt }: Lived): readonly string[] {
  if (overAt === null) return []
  const from = new Date(overAt + graceMilliseconds).toISOString()
  const { repository } = pull
  const root = `/repos/${repository.owner.login}/${repository.name}`
  const paths = new Set(planComments(pull).map(it => `${root}/issues/comments/${it.id}`))
  return github.requests
    .filter(it => it.method !== 'GET' && it.at > from && [...paths].some(path => it.path.endsWith(path)))
    .map(it => `${it.method} of its plan at ${it.at}, and it was over at ${new Date(overAt).toISOString()}`)
}
