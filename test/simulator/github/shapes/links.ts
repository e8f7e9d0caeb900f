import { fullName, type Issue, type Repository } from '../state.ts'
import type { World } from '../world.ts'

export const apiUrl = (world: World): string => `${world.url}/api/v3`

export const repositoryUrl = (world: World, repository: Repository): string =>
  `${apiUrl(world)}/repos/${fullName(repository)}`

export const repositoryPage = (world: World, repository: Repository): string =>
  `${world.url}/${fullName(repository)}`

export const issueUrl = (world: World, issue: Issue): string =>
  `${repositoryUrl(world, issue.repository)}/issues/${issue.number}`

export const pullUrl = (world: World, issue: Issue): string =>
  `${repositoryUrl(world, issue.repository)}/pulls/${issue.number}`

export const issuePage = (world: World, issue: Issue): string =>
  `${repositoryPage(world, issue.repository)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`

export const commitPage = (world: World, repository: Repository, sha: string): string =>
  `${repositoryPage(world, repository)}/commit/${sha}`
