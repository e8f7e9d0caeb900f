import { editIssue, setIssueState } from '../actions/issues.ts'
import { mergePull } from '../actions/merge.ts'
import { openPull, reopenPull, setBase } from '../actions/pulls.ts'
import { notFound } from '../failure.ts'
import { changedFiles, log, unifiedDiff } from '../git/log.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { diffBase, pullDetail, pullShape } from '../shapes/pull.ts'
import { isPullRequest, type PullRequest } from '../state.ts'
import { type Call, created, type Handlers, noContent, ok, pullOf } from './call.ts'
import { listed } from './pages.ts'

export const pullHandlers: Handlers = {
  'pulls/list': call => {
    const { world, repository, query } = call
    const pulls = [...repository.issues.values()]
      .filter(isPullRequest)
      .filter(issue => query.state === 'all' || issue.state === (query.state ?? 'open'))
      .filter(issue => query.base === undefined || issue.pull.baseBranch === query.base)
      .filter(issue => query.head === undefined || headLabel(issue) === query.head)
    return listed(call, sorted(pulls, query), issue => pullShape(world, issue))
  },
  'pulls/get': async call => {
    const issue = pullOf(call, call.path.pull_number)
    if (call.accept !== 'diff') return ok(await pullDetail(call.world, issue))
    const diff = await unifiedDiff(issue.repository.folder, await diffBase(issue), issue.pull.headSha)
    return { status: 200, body: diff.join(''), type: 'text/plain; charset=utf-8' }
  },
  'pulls/create': async call => {
    const { world, repository, actor, body } = call
    const { head, base, draft = false, title = '' } = body
    const input = { title, head, base, draft, body: body.body ?? null }
    const issue = await world.exclusively(repository, () => openPull(world, repository, actor, input))
    return created(await pullDetail(world, issue))
  },
  'pulls/update': async call => {
    const { world, repository, actor, body } = call
    const issue = pullOf(call, call.path.pull_number)
    const base = body?.base
    if (base !== undefined) await world.exclusively(repository, () => setBase(world, issue, actor, base))
    await editIssue(world, issue, actor, {
      ...(body?.title === undefined ? {} : { title: body.title }),
      ...(body?.body === undefined ? {} : { body: body.body }),
    })
    if (body?.state === 'open') {
      await world.exclusively(repository, () => reopenPull(world, issue, actor))
    } else if (body?.state) await setIssueState(world, issue, actor, { state: body.state })
    return ok(await pullDetail(world, issue))
  },
  'pulls/merge': async call => {
    const { world, repository, actor, body } = call
    const issue = pullOf(call, call.path.pull_number)
    const sha = await world.exclusively(repository, () =>
      mergePull(world, issue, actor, {
        ...(body?.merge_method ? { method: body.merge_method } : {}),
        ...(body?.commit_title ? { title: body.commit_title } : {}),
        ...(body?.commit_message ? { message: body.commit_message } : {}),
        ...(body?.sha ? { sha: body.sha } : {}),
      }),
    )
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' })
  },
  'pulls/check-if-merged': call => {
    if (!pullOf(call, call.path.pull_number).pull.mergedAt) throw notFound()
    return noContent
  },
  'pulls/list-files': async call => {
    const issue = pullOf(call, call.path.pull_number)
    const { folder } = issue.repository
    const files = await changedFiles(folder, await diffBase(issue), issue.pull.headSha)
    return await listed(call, files.slice(0, 3000), file =>
      fileShape(call.world, issue.repository, issue.pull.headSha, file),
    )
  },
  'pulls/list-commits': async call => {
    const issue = pullOf(call, call.path.pull_number)
    const range = `${await diffBase(issue)}..${issue.pull.headSha}`
    const commits = await log(issue.repository.folder, ['--reverse', range])
    return await listed(call, commits.slice(0, 250), commit =>
      commitShape(call.world, issue.repository, commit),
    )
  },
  'repos/list-pull-requests-associated-with-commit': async call => {
    const { world, repository } = call
    const pulls = [...repository.issues.values()].filter(isPullRequest)
    const sha = call.path.commit_sha
    const having: PullRequest[] = []
    for (const issue of pulls) {
      const commits = await log(repository.folder, [`${await diffBase(issue)}..${issue.pull.headSha}`])
      if (issue.pull.mergeCommitSha === sha || commits.some(commit => commit.sha === sha)) having.push(issue)
    }
    return await listed(call, having, issue => pullShape(world, issue))
  },
}

const headLabel = (issue: PullRequest): string =>
  `${issue.pull.headRepository.owner.login}:${issue.pull.headBranch}`

function sorted(pulls: readonly PullRequest[], query: Call<'pulls/list'>['query']): PullRequest[] {
  const by = query.sort ?? 'created'
  const key = (issue: PullRequest): string | number => (by === 'updated' ? issue.updatedAt : issue.number)
  const ascending = [...pulls].sort((a, b) =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.number - b.number,
  )
  const direction = query.direction ?? (by === 'created' ? 'desc' : 'asc')
  return direction === 'asc' ? ascending : ascending.toReversed()
}
