import { setTimeout as wait } from 'node:timers/promises'
import { repositoryKey } from '../../../src/model/repository.ts'
import type { Comment, PullRequest, Repository } from '../../simulator/github/state.ts'
import { eventually } from '../../stage/eventually.ts'
import type { World } from '../world.ts'
import { tokenOf } from './agents.ts'
import type { Happening, Life } from './life.ts'

/** How a life went, for whoever judges it. */
export interface Lived {
  readonly life: Life
  readonly pull: PullRequest
  /** The plan of the last head was there before its end. */
  readonly wasSeen: boolean
  /** When our server knew that it was over; milliseconds since the epoch. Null: it is open. */
  readonly overAt: number | null
}

/** Our comments with a plan. */
export function planComments(pull: PullRequest): readonly Comment[] {
  return pull.comments.filter(it => it.byApp && it.body.startsWith('<!-- plumbline:plan -->'))
}

/** Lives one life, at its own pace, whatever the forge does. */
export async function live(world: World, repository: Repository, life: Life): Promise<Lived> {
  const { github, alice } = world
  const branch = `life-${life.number}`
  let version = 0
  const push = (afresh = false) => {
    const path = life.application === null ? 'docs' : `apps/app-${life.application}`
    const files = { [`${path}/life-${life.number}.yaml`]: `version: ${version++}\n` }
    return github.pushCommit({ repository, author: alice, branch, files, message: branch, afresh })
  }
  await push()
  const pull = await github.openPullRequest({
    repository,
    author: alice,
    title: `Life ${life.number}`,
    head: branch,
    base: 'main',
  })
  for (const { after, what } of life.happenings) {
    await wait(after)
    await happen(world, { pull, push }, what)
  }
  const wasSeen = life.isHasty ? showsHead(world, life, pull) : await untilSeen(world, life, pull)
  if (life.end === 'merge') await github.mergePullRequest(pull, alice)
  if (life.end === 'close') await github.closeIssue(pull, alice)
  return { life, pull, wasSeen, overAt: life.end === 'stay' ? null : await known(world, pull) }
}

async function happen(
  { github, alice, carol }: World,
  it: { readonly pull: PullRequest; readonly push: (afresh?: boolean) => Promise<string> },
  { kind }: Happening,
): Promise<void> {
  const { pull, push } = it
  const [ours] = planComments(pull)
  switch (kind) {
    case 'push':
      await push()
      return
    case 'force-push':
      await push(true)
      return
    case 'close-and-reopen':
      await github.closeIssue(pull, alice)
      await wait(200)
      await github.reopenIssue(pull, alice)
      return
    case 'draft-and-ready':
      await github.setDraft(pull, alice, true)
      await github.setDraft(pull, alice, false)
      return
    case 'chat':
      github.commentOn(pull, carol, '<!-- plumbline:plan -->\n## Plumbline: nothing changes on any cluster')
      return
    case 'command':
      github.commentOn(pull, alice, '/plumbline plan')
      return
    case 'edit-ours-and-push':
      if (ours) github.editComment(ours, alice, `${ours.body}\n\nSeen.`)
      await push()
      return
    case 'delete-ours-and-push':
      if (ours) github.deleteComment(ours, alice)
      await push()
  }
}

/** The comment and the check of the last head are there. */
function showsHead(world: World, life: Life, { repository, pull, comments }: PullRequest): boolean {
  const checks = world.github.checkRuns(repository, pull.headSha)
  const isChecked = checks.findLast(it => it.name === 'plumbline')?.status === 'completed'
  if (life.application === null) return isChecked
  return isChecked && comments.some(it => it.byApp && it.body.includes(tokenOf(pull.headSha)))
}

const patience = 300_000

async function untilSeen(world: World, life: Life, pull: PullRequest): Promise<boolean> {
  await eventually(() => {
    if (!showsHead(world, life, pull))
      throw new Error(`the plan of the last head is missing: ${told(world, life, pull)}`)
  }, patience)
  return true
}

/** All that is to be seen of a life. */
function told(world: World, life: Life, { number, repository, pull, state, comments }: PullRequest): string {
  const checks = world.github.checkRuns(repository, pull.headSha)
  const lines = [
    `${JSON.stringify(life)}, #${number} of ${repository.name}, ${state}, head ${pull.headSha}`,
    ...checks.map(it => `check ${it.name}: ${it.status} ${it.conclusion}, ${it.title}`),
    ...comments.map(it => `comment of ${it.user.login}: ${it.body.slice(0, 300)}`),
  ]
  return lines.join('\n')
}

/** Of its repository's records. */
export function keyOf(github: World['github'], { repository }: PullRequest): string {
  const fullName = `${repository.owner.login}/${repository.name}`
  return repositoryKey({ forge: 'github', host: new URL(github.url).host, fullName })
}

async function known({ store, github }: World, pull: PullRequest): Promise<number> {
  const key = keyOf(github, pull)
  const { number } = pull
  return eventually(async () => {
    const record = await store.pullRequests.numbered(key, number)
    if (!record || record.state === 'open') throw new Error(`#${number}: nobody knows that it is over`)
    return Date.now()
  }, patience)
}
