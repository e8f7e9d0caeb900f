import type { ForgeRepository } from '../forge.ts'
import { repositoryOf, type Session } from './session.ts'
import { shortened } from './shortened.ts'

export interface DeploymentPlace {
  readonly session: Session
  readonly fullName: string
  readonly appId: number
}

type Deployment = Parameters<ForgeRepository['recordDeployment']>[0]

/** One deployment for an environment and commit, and a status on it for each change of state. */
export async function recordDeployment(
  place: DeploymentPlace,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const id = (await findDeployment(place, deployment, signal)) ?? (await create(place, deployment, signal))
  const { state, url } = deployment
  const description = shortened(deployment.description, 140)
  const latest = await latestStatus(place, id, signal)
  if (latest?.state === state && latest.description === description) return
  const attempt = { to: `record a deployment to ${deployment.environment} on ${place.fullName}`, signal }
  await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.rest.repos.createDeploymentStatus({
      ...at(place),
      deployment_id: id,
      state,
      description,
      environment: deployment.environment,
      ...(url ? { log_url: url } : {}),
      request,
    }),
  )
}

async function findDeployment(
  place: DeploymentPlace,
  { revision, environment }: Deployment,
  signal: AbortSignal,
): Promise<number | null> {
  const attempt = { to: `read the deployments of ${place.fullName}`, signal }
  const { data } = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.rest.repos.listDeployments({ ...at(place), sha: revision, environment, per_page: 100, request }),
  )
  const ours = data.filter(it => it.performed_via_github_app?.id === place.appId)
  return ours.at(-1)?.id ?? null
}

async function create(
  place: DeploymentPlace,
  { revision, environment, description }: Deployment,
  signal: AbortSignal,
): Promise<number> {
  const attempt = { to: `record a deployment to ${environment} on ${place.fullName}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.repos.createDeployment({
      ...at(place),
      ref: revision,
      environment,
      description: shortened(description, 140),
      // The cluster has it already, or is about to: nothing is merged for it, and no check holds it up.
      auto_merge: false,
      required_contexts: [],
      request,
    })
    if (!('id' in data)) throw new Error('GitHub answered with a merge instead of a deployment')
    return data.id
  })
}

async function latestStatus(
  place: DeploymentPlace,
  id: number,
  signal: AbortSignal,
): Promise<{ readonly state: string; readonly description: string } | null> {
  const attempt = { to: `read a deployment of ${place.fullName}`, signal }
  const { data } = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.rest.repos.listDeploymentStatuses({ ...at(place), deployment_id: id, per_page: 1, request }),
  )
  return data[0] ?? null
}

function at(place: DeploymentPlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}
