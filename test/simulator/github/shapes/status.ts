import {
  type CommitStatus,
  type Deployment,
  type DeploymentStatus,
  fullName,
  type Repository,
} from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { actingApp } from './app.ts'
import { repositoryUrl } from './links.ts'
import { repositoryShape } from './repository.ts'
import type { Schemas } from './schemas.ts'
import { userShape } from './user.ts'

export function statusShape(world: World, repository: Repository, status: CommitStatus) {
  return {
    url: `${repositoryUrl(world, repository)}/statuses/${status.sha}`,
    avatar_url: `${world.url}/avatars/${status.creator.id}`,
    id: status.id,
    node_id: nodeId('SC', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator: userShape(world, status.creator),
  } satisfies Schemas['status']
}

/** One state for a commit: failure if any failed, pending if any (or nothing at all) is, else success. */
export function combinedStatusShape(
  world: World,
  repository: Repository,
  sha: string,
  statuses: readonly CommitStatus[],
) {
  const url = repositoryUrl(world, repository)
  return {
    state: combined(statuses),
    statuses: statuses.map(status => {
      const { creator, ...simple } = statusShape(world, repository, status)
      void creator
      return { ...simple, description: simple.description, required: false }
    }),
    sha,
    total_count: statuses.length,
    repository: repositoryShape(world, repository),
    commit_url: `${url}/commits/${sha}`,
    url: `${url}/commits/${sha}/status`,
    name: fullName(repository),
  }
}

function combined(statuses: readonly CommitStatus[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(one => one.state === 'failure' || one.state === 'error')) return 'failure'
  return statuses.length === 0 || statuses.some(one => one.state === 'pending') ? 'pending' : 'success'
}

export function deploymentShape(world: World, repository: Repository, deployment: Deployment) {
  const url = `${repositoryUrl(world, repository)}/deployments/${deployment.id}`
  return {
    url,
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload as Schemas['deployment']['payload'],
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userShape(world, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(world, repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: actingApp(world, deployment.byApp),
  } satisfies Schemas['deployment']
}

export function deploymentStatusShape(
  world: World,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
) {
  const url = `${repositoryUrl(world, repository)}/deployments/${deployment.id}`
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: userShape(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: repositoryUrl(world, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: actingApp(world, status.byApp),
  } satisfies Schemas['deployment-status']
}
