import { changedFiles, log, readCommit, unifiedDiff } from '../git/log.ts'
import { emptyTree, mergeBase } from '../git/repository.ts'
import { notFound } from '../failure.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { repositoryPage, repositoryUrl } from '../shapes/links.ts'
import type { Repository } from '../state.ts'
import type { World } from '../world.ts'
import { type Handlers, ok } from './call.ts'
import { commitAt } from './checks.ts'
import { listed, pageOf } from './pages.ts'

export const commitHandlers: Handlers = {
  'repos/list-commits': async call => {
    const { world, repository, query } = call
    const start = await commitAt(repository, query.sha ?? repository.defaultBranch)
    const filters = [
      ...(query.author ? [`--author=${query.author}`] : []),
      ...(query.since ? [`--since=${query.since}`] : []),
      ...(query.until ? [`--until=${query.until}`] : []),
    ]
    const commits = await log(repository.folder, [
      ...filters,
      start,
      '--',
      ...(query.path ? [query.path] : []),
    ])
    return await listed(call, commits, commit => commitShape(world, repository, commit))
  },
  'repos/get-commit': async call => {
    const { world, repository } = call
    const commit = await readCommit(repository.folder, await commitAt(repository, call.path.ref))
    const parent = commit.parents[0] ?? (await emptyTree(repository.folder))
    if (call.accept === 'diff') return diffAnswer(await unifiedDiff(repository.folder, parent, commit.sha))
    const files = await changedFiles(repository.folder, parent, commit.sha)
    const additions = files.reduce((sum, file) => sum + file.additions, 0)
    const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
    return ok({
      ...commitShape(world, repository, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: files.map(file => fileShape(world, repository, commit.sha, file)),
    })
  },
  'repos/compare-commits-with-basehead': async call => {
    const { world, repository } = call
    const [base = '', head = ''] = call.path.basehead.split(/\.\.\.(.*)/s)
    const comparison = await compare(world, repository, base, head)
    if (call.accept === 'diff') return diffAnswer(comparison.diff)
    const page = pageOf(call, comparison.commits)
    return {
      ...ok({
        ...comparison.shape,
        commits: page.items.map(commit => commitShape(world, repository, commit)),
      }),
      headers: page.headers,
    }
  },
}

async function compare(world: World, repository: Repository, base: string, head: string) {
  const { folder } = repository
  const from = await commitAt(repository, base)
  const to = await commitAt(repository, head)
  const common = await mergeBase(folder, from, to)
  if (!common) throw notFound()
  const commits = await log(folder, ['--reverse', `${from}..${to}`])
  const behind = (await log(folder, [`${to}..${from}`])).length
  const files = await changedFiles(folder, common, to)
  const page = `${repositoryPage(world, repository)}/compare/${base}...${head}`
  const shapeOf = async (sha: string) => commitShape(world, repository, await readCommit(folder, sha))
  return {
    commits,
    diff: await unifiedDiff(folder, common, to),
    shape: {
      url: `${repositoryUrl(world, repository)}/compare/${base}...${head}`,
      html_url: page,
      permalink_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      base_commit: await shapeOf(from),
      merge_base_commit: await shapeOf(common),
      status: statusOf(commits.length, behind),
      ahead_by: commits.length,
      behind_by: behind,
      total_commits: commits.length,
      files: files.slice(0, 300).map(file => fileShape(world, repository, to, file)),
    },
  }
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

const diffAnswer = (sections: readonly string[]) => ({
  status: 200,
  body: sections.join(''),
  type: 'text/plain; charset=utf-8',
})
