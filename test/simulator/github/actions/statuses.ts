import { ApiFailure } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { resolveCommit } from '../git/repository.ts'
import { commitShape } from '../shapes/commit.ts'
import { statusShape } from '../shapes/status.ts'
import type { CommitStatus, Repository } from '../state.ts'
import { timestamp, type World } from '../world.ts'
import { type Actor, touch } from './actor.ts'

export interface StatusInput {
  readonly sha: string
  readonly state: CommitStatus['state']
  readonly context?: string | undefined
  readonly description?: string | null | undefined
  readonly targetUrl?: string | null | undefined
}

/** At most this many statuses for one SHA and context, as GitHub has it. */
const most = 1000

export async function createStatus(
  world: World,
  repository: Repository,
  actor: Actor,
  input: StatusInput,
): Promise<CommitStatus> {
  const sha = await resolveCommit(repository.folder, input.sha)
  if (!sha) throw new ApiFailure(422, `No commit found for SHA: ${input.sha}`)
  const context = input.context ?? 'default'
  if (repository.statuses.filter(one => one.sha === sha && one.context === context).length >= most) {
    throw new ApiFailure(422, `This SHA and context has reached the maximum number of statuses.`)
  }
  const status: CommitStatus = {
    id: world.nextId(),
    sha,
    state: input.state,
    context,
    description: input.description ?? null,
    targetUrl: input.targetUrl ?? null,
    creator: actor.user,
    createdAt: timestamp(world),
  }
  repository.statuses.push(status)
  touch(world, repository)
  await statusEvent(world, repository, actor, status)
  return status
}

/** The newest status of each context at a commit, newest first. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  const newest = new Map<string, CommitStatus>()
  for (const status of repository.statuses) if (status.sha === sha) newest.set(status.context, status)
  return [...newest.values()].sort((a, b) => b.id - a.id)
}

async function statusEvent(
  world: World,
  repository: Repository,
  actor: Actor,
  status: CommitStatus,
): Promise<void> {
  const commit = commitShape(world, repository, await readCommit(repository.folder, status.sha))
  const { id, state, context, description, target_url, created_at, updated_at } = statusShape(
    world,
    repository,
    status,
  )
  world.events({
    name: 'status',
    sender: actor.user,
    repository,
    payload: {
      id,
      sha: status.sha,
      name: `${repository.owner.login}/${repository.name}`,
      target_url,
      avatar_url: null,
      context,
      description,
      state,
      commit,
      branches: [],
      created_at,
      updated_at,
    },
  })
}
