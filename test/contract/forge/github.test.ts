import type { ProbotOctokit } from 'probot'
import { afterAll } from 'vitest'
import { createGitHubForge } from '../../../src/forge/github/github-forge.ts'
import { pacedOctokit } from '../../../src/forge/github/paced-octokit.ts'
import { findObject, readBlob } from '../../simulator/github/git/objects.ts'
import type { Comment } from '../../simulator/github/state.ts'
import { type GitHubSimulator, startGitHubSimulator } from '../../simulator/start-github-simulator.ts'
import { forgeContract } from './forge-contract.ts'
import type { ForgeScene } from './scene.ts'

/** As in production, only in a hurry. */
const Octokit = pacedOctokit({ writeMilliseconds: 0, contentMilliseconds: 0 })
const limits = { pointsPerMinute: 100_000, contentPerMinute: 10_000 }
let started: Promise<GitHubSimulator> | undefined
let scenes = 0

forgeContract('GitHub', async () => newScene(await (started ??= startGitHubSimulator({ limits }))))

afterAll(async () => (await started)?.stop())

/** A new repository of Ada's on one simulator: it starts slower than the tests run. */
async function newScene(simulator: GitHubSimulator): Promise<ForgeScene> {
  const name = `shop-${++scenes}`
  const violationsBefore = simulator.violations.length
  const ada = simulator.createUser('ada')
  const bob = simulator.createUser('bob')
  const eve = simulator.createUser('eve')
  const repository = await simulator.createRepository({
    owner: ada,
    name,
    files: { 'apps/frontend.yaml': 'replicas: 1\n' },
    collaborators: { bob: 'write', eve: 'read' },
  })
  simulator.installApp({ owner: ada, repositories: [repository] })
  const { id: appId, privateKey, bot } = simulator.app
  const pullOf = (number: number) => {
    const issue = repository.issues.get(number)
    if (!issue) throw new Error(`no pull request ${number}`)
    return issue
  }
  const commentOf = (id: string): Comment => {
    const all = [...repository.issues.values()].flatMap(issue => issue.comments)
    const found = all.find(comment => String(comment.id) === id)
    if (!found) throw new Error(`no comment ${id}`)
    return found
  }
  let pushes = 0
  return {
    fullName: `ada/${name}`,
    people: { admin: ada.login, writer: bob.login, reader: eve.login },
    newForge: () => {
      const octokit = (installationId?: number): ProbotOctokit =>
        new Octokit({
          baseUrl: simulator.apiUrl,
          log: quiet,
          auth: { appId, privateKey, ...(installationId === undefined ? {} : { installationId }) },
        })
      return createGitHubForge({ webUrl: simulator.url, appId, authenticate: async id => octokit(id) })
    },
    openPullRequest: async branch => {
      const head = await simulator.pushCommit({
        repository,
        author: ada,
        branch,
        files: { 'apps/frontend.yaml': `replicas: 3 # ${branch}\n` },
        message: 'Scale the frontend',
      })
      const pull = await simulator.openPullRequest({
        repository,
        author: ada,
        title: 'Scale the frontend',
        head: branch,
        base: 'main',
      })
      return { number: pull.number, head }
    },
    merge: async number => {
      const pull = pullOf(number)
      if (!pull.pull) throw new Error(`${number} is an issue`)
      return simulator.mergePullRequest({ ...pull, pull: pull.pull }, ada)
    },
    pushToBase: () =>
      simulator.pushCommit({
        repository,
        author: ada,
        branch: 'main',
        files: { 'README.md': `push ${++pushes}\n` },
        message: 'Direct push',
      }),
    fileAt: async (revision, path) => {
      const found = await findObject(repository.folder, `${revision}:${path}`)
      return found ? await readBlob(repository.folder, found.sha) : null
    },
    commentAsPerson: async (on, body) => String(simulator.commentOn(pullOf(on), ada, body).id),
    closeIssueAsPerson: number => simulator.closeIssue(pullOf(number), ada),
    editIssueAsPerson: async (number, { title, body, labels }) => {
      const issue = pullOf(number)
      // A browser sends the line ends of forms.
      const text = body && { body: body(issue.body ?? '').replace(/\r?\n/g, '\r\n') }
      await simulator.editIssue(issue, ada, { ...(title === undefined ? {} : { title }), ...text })
      if (labels) await simulator.labelIssue(issue, ada, labels)
    },
    comments: async on => pullOf(on).comments.map(({ user, body }) => ({ byUs: user === bot, body })),
    reactions: async id => commentOf(id).reactions.map(it => it.content),
    checks: async revision => {
      const runs = simulator.checkRuns(repository, revision)
      const latest = new Map(runs.map(run => [run.name, run]))
      return [...latest.values()].map(run => ({
        name: run.name,
        title: run.title ?? '',
        state:
          run.status === 'completed'
            ? { kind: 'completed' as const, conclusion: run.conclusion as 'success' }
            : { kind: 'in-progress' as const },
        annotations: run.annotations.map(it => ({ file: it.path, line: it.start_line })),
      }))
    },
    issues: async () =>
      [...repository.issues.values()]
        .filter(it => !it.pull)
        .map(it => ({
          number: it.number,
          title: it.title,
          body: it.body ?? '',
          open: it.state === 'open',
          labels: it.labels.map(label => label.name),
          assignees: it.assignees.map(user => user.login),
        })),
    deployments: async () =>
      repository.deployments.map(it => ({
        environment: it.environment,
        revision: it.sha,
        states: it.statuses.map(status => status.state),
      })),
    writes: () =>
      simulator.requests.filter(it => it.method !== 'GET' && !it.route.includes('access_tokens')).length,
    loseNextCommentAnswer: () =>
      simulator.faults.onOperation('issues/create-comment', { kind: 'after', status: 502 }),
    failNextRead: status => simulator.faults.onOperation('repos/get', { kind: 'before', status }),
    limitRate: seconds => simulator.limits.beginSecondary(seconds * 1000),
    violations: () => simulator.violations.slice(violationsBefore),
    [Symbol.asyncDispose]: async () => {
      simulator.faults.clear()
      simulator.limits.beginSecondary(0)
    },
  }
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
