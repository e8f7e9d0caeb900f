import type { GitCommit } from '../git/log.ts'
import type { CheckRun, CheckSuite, PullRequest, Repository } from '../state.ts'
import { isPullRequest } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { appShape } from './app.ts'
import { pullUrl, repositoryPage, repositoryUrl } from './links.ts'
import { repositoryShape } from './repository.ts'
import type { Schemas } from './schemas.ts'

export function checkRunShape(world: World, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`
  const page = `${repositoryPage(world, repository)}/runs/${run.id}`
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('CR', run.id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suite.id },
    app: appShape(world),
    pull_requests: pullsAt(repository, run.headSha).map(pull => minimalPull(world, pull)),
  } satisfies Schemas['check-run']
}

export function annotationShapes(world: World, repository: Repository, run: CheckRun) {
  return run.annotations.map(
    annotation =>
      ({
        ...annotation,
        blob_href: `${repositoryPage(world, repository)}/blob/${run.headSha}/${annotation.path}`,
      }) satisfies Schemas['check-annotation'],
  )
}

/** The suite's own fields, as webhooks carry them. */
export function bareSuiteShape(world: World, repository: Repository, suite: CheckSuite) {
  const url = `${repositoryUrl(world, repository)}/check-suites/${suite.id}`
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: suiteStatus(suite),
    conclusion: suiteConclusion(suite),
    url,
    before: null,
    after: suite.headSha,
    pull_requests: pullsAt(repository, suite.headSha).map(pull => minimalPull(world, pull)),
    app: appShape(world),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    latest_check_runs_count: suite.runs.length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  }
}

export const suiteShape = (world: World, repository: Repository, suite: CheckSuite, head: GitCommit) =>
  ({
    ...bareSuiteShape(world, repository, suite),
    head_commit: simpleCommit(head),
    repository: repositoryShape(world, repository),
  }) satisfies Schemas['check-suite']

export const simpleCommit = (commit: GitCommit) => ({
  id: commit.sha,
  tree_id: commit.tree,
  message: commit.message,
  timestamp: commit.committer.date,
  author: { name: commit.author.name, email: commit.author.email },
  committer: { name: commit.committer.name, email: commit.committer.email },
})

function suiteStatus(suite: CheckSuite): 'queued' | 'in_progress' | 'completed' {
  if (suite.runs.length === 0) return 'queued'
  return suite.runs.every(run => run.status === 'completed') ? 'completed' : 'in_progress'
}

/** The worst of its runs, as the documentation of check suites orders them. */
export function suiteConclusion(suite: CheckSuite): CheckRun['conclusion'] {
  if (suiteStatus(suite) !== 'completed') return null
  const order = [
    'failure',
    'timed_out',
    'action_required',
    'cancelled',
    'success',
    'neutral',
    'skipped',
  ] as const
  return order.find(conclusion => suite.runs.some(run => run.conclusion === conclusion)) ?? null
}

const pullsAt = (repository: Repository, sha: string): PullRequest[] =>
  [...repository.issues.values()]
    .filter(isPullRequest)
    .filter(
      issue =>
        issue.state === 'open' && issue.pull.headSha === sha && issue.pull.headRepository === repository,
    )

function minimalPull(world: World, issue: PullRequest) {
  const repo = (repository: Repository) => ({
    id: repository.id,
    url: repositoryUrl(world, repository),
    name: repository.name,
  })
  return {
    url: pullUrl(world, issue),
    id: issue.pull.id,
    number: issue.number,
    head: { ref: issue.pull.headBranch, sha: issue.pull.headSha, repo: repo(issue.pull.headRepository) },
    base: { ref: issue.pull.baseBranch, sha: issue.pull.baseSha, repo: repo(issue.repository) },
  }
}
