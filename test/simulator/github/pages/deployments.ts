import type { Deployment, DeploymentStatus, Issue } from '../state.ts'

/** What was deployed from a pull request's head or merge, each with how it stands. */
export function deploymentsOf(
  issue: Issue,
): readonly { readonly deployment: Deployment; readonly status: DeploymentStatus }[] {
  const { pull } = issue
  if (!pull) return []
  return issue.repository.deployments
    .filter(deployment => deployment.sha === pull.headSha || deployment.sha === pull.mergeCommitSha)
    .flatMap(deployment => deployment.statuses.slice(-1).map(status => ({ deployment, status })))
}
