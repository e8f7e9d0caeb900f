import { html as diffHtml } from 'diff2html'
import { canWrite } from '../auth/principal.ts'
import { log, unifiedDiff } from '../git/log.ts'
import { diffBase, pullDetail } from '../shapes/pull.ts'
import { fullName, type PullRequest } from '../state.ts'
import { checksBox, runsAt } from './checks.ts'
import { deploymentsOf } from './deployments.ts'
import { type Html, html, trusted } from './html.ts'
import { checkMark, icon, statusMark } from './icons.ts'
import { commentForm, heading, sidebar } from './issue-page.ts'
import { type Page, person, type Visit, when } from './layout.ts'
import { timeline } from './timeline.ts'

export async function pullPageOf(visit: Visit, issue: PullRequest): Promise<Page> {
  const { pull, repository } = issue
  const detail = await pullDetail(visit.world, issue)
  const sections = await unifiedDiff(repository.folder, await diffBase(issue), pull.headSha)
  const fork = pull.headRepository !== repository
  const head = fork ? `${pull.headRepository.owner.login}:${pull.headBranch}` : pull.headBranch
  const commits = `${detail.commits} commit${detail.commits === 1 ? '' : 's'}`
  const verb = pull.mergedAt ? 'merged' : issue.state === 'closed' ? 'wanted to merge' : 'wants to merge'
  const who = pull.mergedBy ?? issue.user
  const line = html`${person(who)} ${verb} ${commits} into <code class="branch">${pull.baseBranch}</code> from <code class="branch">${head}</code>`
  return {
    title: `${issue.title} · Pull request #${issue.number}`,
    repository,
    tab: 'pulls',
    content: html`${heading(issue, line)}
<nav class="tabs inner"><a href="#top" class="current">Conversation<span class="count">${issue.comments.length}</span></a>
<a href="#checks">Checks<span class="count">${runsAt(repository, pull.headSha).length}</span></a>
<a href="#files">Files changed<span class="count">${detail.changed_files}</span></a>
<span class="size"><span class="plus">+${detail.additions}</span> <span class="minus">−${detail.deletions}</span></span></nav>
<div class="columns"><div>
${timeline(visit, issue)}
${mergeBox(visit, issue)}
${commentForm(visit, issue)}
</div>${sidebar(issue, environments(issue))}</div>
<section id="files"><h2>Files changed</h2>${files(sections)}</section>
${await commitList(issue)}`,
  }
}

/** The checks, and below them the button that they are about. */
function mergeBox(visit: Visit, issue: PullRequest): Html {
  const { pull, repository } = issue
  return html`<section class="merge-box" id="checks">
${checksBox(visit, repository, pull.headSha)}
${mergeRow(visit, issue)}
</section>`
}

function mergeRow(visit: Visit, issue: PullRequest): Html {
  const { pull, repository } = issue
  const { user } = visit
  const base = `/${fullName(repository)}/pull/${issue.number}`
  const back = html`<input type="hidden" name="back" value="${visit.path}">`
  if (pull.mergedAt)
    return html`<div class="merge merged">${icon('merge')} Merged as <code>${pull.mergeCommitSha?.slice(0, 7)}</code> ${when(pull.mergedAt)}</div>`
  if (issue.state === 'closed') return html`<div class="merge">Closed without a merge.</div>`
  if (!user || !canWrite(repository, user))
    return html`<div class="merge">Only people who can write to this repository can merge.</div>`
  if (pull.draft)
    return html`<form class="merge" method="post" action="${base}/draft">${back}<span>This is a draft.</span><button name="draft" value="no">Ready for review</button></form>`
  if (!pull.mergeable)
    return html`<div class="merge">${checkMark({ status: 'completed', conclusion: 'failure' })}<span>This branch conflicts with <code class="branch">${pull.baseBranch}</code>.</span></div>`
  return html`<form class="merge" method="post" action="${base}/merge">${back}
${checkMark({ status: 'completed', conclusion: 'success' })}<span>No conflicts with <code class="branch">${pull.baseBranch}</code>.</span>
<button class="primary" name="method" value="merge">Merge pull request</button></form>`
}

function environments(issue: PullRequest): Html {
  const last = new Map(deploymentsOf(issue).map(one => [one.deployment.environment, one]))
  if (last.size === 0) return html``
  const rows = [...last.values()].map(
    ({ deployment, status }) =>
      html`<div>${statusMark(status.state)} <b>${deployment.environment}</b> ${status.environmentUrl ? html`<a href="${status.environmentUrl}">view</a>` : ''}<br><span class="dull">${status.description || status.state}</span></div>`,
  )
  return html`<section><h2>Deployments</h2>${rows}</section>`
}

/** The diff, file by file. */
export function files(sections: readonly string[]): Html {
  if (sections.length === 0) return html`<p class="dull">Nothing changes.</p>`
  const text = diffHtml(sections.join(''), {
    drawFileList: false,
    matching: 'lines',
    outputFormat: 'line-by-line',
    colorScheme: 'auto' as never,
  })
  return trusted(text)
}

async function commitList(issue: PullRequest): Promise<Html> {
  const range = `${await diffBase(issue)}..${issue.pull.headSha}`
  const commits = await log(issue.repository.folder, ['--reverse', range])
  const rows = commits.map(
    commit =>
      html`<li>${icon('commit')}<a href="/${fullName(issue.repository)}/commit/${commit.sha}"><code>${commit.sha.slice(0, 7)}</code></a> ${commit.message.split('\n')[0]} <span class="dull">${commit.author.name}</span></li>`,
  )
  return html`<section id="commits"><h2>Commits</h2><ul class="plain-list">${rows}</ul></section>`
}
