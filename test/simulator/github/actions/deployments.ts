import { ApiFailure } from '../failure.ts'
import { resolveCommit } from '../git/repository.ts'
import { deploymentShape, deploymentStatusShape } from '../shapes/status.ts'
import type { Deployment, DeploymentStatus, Repository } from '../state.ts'
import { timestamp, type World } from '../world.ts'
import { type Actor, touch } from './actor.ts'
import { latestStatuses } from './statuses.ts'

export interface DeploymentInput {
  readonly ref: string
  readonly task?: string | undefined
  readonly payload?: unknown
  readonly environment?: string | undefined
  readonly description?: string | null | undefined
  readonly transient?: boolean | undefined
  readonly production?: boolean | undefined
  /** Contexts that must be green; undefined means all that there are, an empty list none. */
  readonly requiredContexts?: readonly string[] | undefined
}

/** Merging the default branch into the ref first (`auto_merge`) is not simulated: nothing here asks for it. */
export async function createDeployment(
  world: World,
  repository: Repository,
  actor: Actor,
  input: DeploymentInput,
): Promise<Deployment> {
  const sha = await resolveCommit(repository.folder, input.ref)
  if (!sha) throw new ApiFailure(422, `No ref found for: ${input.ref}`)
  refuseUnlessGreen(repository, sha, input)
  const now = touch(world, repository)
  const environment = input.environment ?? 'production'
  const deployment: Deployment = {
    id: world.nextId(),
    sha,
    ref: input.ref,
    task: input.task ?? 'deploy',
    payload: input.payload ?? {},
    environment,
    description: input.description ?? null,
    transient: input.transient ?? false,
    production: input.production ?? environment === 'production',
    creator: actor.user,
    byApp: actor.byApp,
    createdAt: now,
    updatedAt: now,
    statuses: [],
  }
  repository.deployments.push(deployment)
  world.events({
    name: 'deployment',
    action: 'created',
    sender: actor.user,
    repository,
    payload: {
      deployment: deploymentShape(world, repository, deployment),
      workflow: null,
      workflow_run: null,
    },
  })
  return deployment
}

export interface DeploymentStatusInput {
  readonly state: DeploymentStatus['state']
  readonly environment?: string | undefined
  readonly description?: string | undefined
  readonly environmentUrl?: string | undefined
  readonly logUrl?: string | undefined
  /** Default true: a success retires the deployments before it. */
  readonly autoInactive?: boolean | undefined
}

export function addDeploymentStatus(
  world: World,
  repository: Repository,
  actor: Actor,
  on: { readonly deployment: Deployment; readonly input: DeploymentStatusInput },
): DeploymentStatus {
  const { deployment, input } = on
  if (input.state === 'success' && input.autoInactive !== false) retire(world, repository, actor, deployment)
  const status: DeploymentStatus = {
    id: world.nextId(),
    state: input.state,
    environment: input.environment ?? deployment.environment,
    description: input.description ?? '',
    environmentUrl: input.environmentUrl ?? '',
    logUrl: input.logUrl ?? '',
    creator: actor.user,
    byApp: actor.byApp,
    createdAt: timestamp(world),
  }
  deployment.statuses.push(status)
  deployment.updatedAt = touch(world, repository)
  world.events({
    name: 'deployment_status',
    action: 'created',
    sender: actor.user,
    repository,
    payload: {
      deployment_status: deploymentStatusShape(world, repository, deployment, status),
      deployment: deploymentShape(world, repository, deployment),
      workflow: null,
      workflow_run: null,
    },
  })
  return status
}

function retire(world: World, repository: Repository, actor: Actor, newer: Deployment): void {
  for (const deployment of repository.deployments) {
    const active = deployment.statuses.at(-1)?.state === 'success'
    if (deployment === newer || !active || deployment.transient) continue
    if (deployment.environment !== newer.environment) continue
    addDeploymentStatus(world, repository, actor, { deployment, input: { state: 'inactive' } })
  }
}

function refuseUnlessGreen(repository: Repository, sha: string, input: DeploymentInput): void {
  const statuses = latestStatuses(repository, sha).map(one => ({
    name: one.context,
    green: one.state === 'success',
  }))
  const runs = repository.suites
    .filter(suite => suite.headSha === sha)
    .flatMap(suite => suite.runs)
    .map(run => ({
      name: run.name,
      green: run.conclusion === 'success' || run.conclusion === 'neutral' || run.conclusion === 'skipped',
    }))
  const contexts = [...statuses, ...runs]
  const required = input.requiredContexts ?? contexts.map(one => one.name)
  const bad = required.filter(name => !contexts.some(one => one.name === name && one.green))
  if (bad.length === 0) return
  const errors = [{ contexts: bad, resource: 'Deployment', field: 'required_contexts', code: 'invalid' }]
  throw new ApiFailure(409, `Conflict: Commit status checks failed for ${input.ref}.`, { errors })
}
