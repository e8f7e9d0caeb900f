import type { Deployment, DeploymentStatus, Issue } from '../state.ts'

/** What was deployed from a pull request's head or merge, one entry for each status. */
export function deploymentsOf(
  issue: Issue,
): readonly { readonly deployment: Deployment; readonly status: DeploymentStatus }[] {
  const { pull } = issue
  if (!pull) return []
  return issue.repository.deployments
    .filter(deployment => deployment.sha === pull.headSha || deployment.sha === pull.mergeCommitSha)
    .flatMap(deployment => deployment.statuses.map(status => ({ deployment, status })))
}
