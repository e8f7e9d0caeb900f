import { log } from '../git/log.ts'
import { findObject, readBlob, readTree } from '../git/objects.ts'
import { resolveCommit } from '../git/repository.ts'
import { notFound } from '../failure.ts'
import { fullName, type Repository } from '../state.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import { type Page, type Visit, when } from './layout.ts'
import { markdown } from './markdown.ts'

/** A folder or a file at a branch or commit. */
export async function codePage(
  visit: Visit,
  repository: Repository,
  ref: string,
  path: string,
): Promise<Page> {
  const commit = await resolveCommit(repository.folder, ref)
  const found =
    commit && (await findObject(repository.folder, path === '' ? `${commit}^{tree}` : `${commit}:${path}`))
  if (!commit || !found) throw notFound()
  const content =
    found.type === 'tree'
      ? await folder(visit, repository, { ref, path, sha: found.sha, commit })
      : await file(visit, repository, { ref, path, sha: found.sha })
  return {
    title: path || fullName(repository),
    repository,
    tab: 'code',
    content: html`${crumbs(repository, ref, path)}${content}`,
  }
}

interface Place {
  readonly ref: string
  readonly path: string
  readonly sha: string
}

function crumbs(repository: Repository, ref: string, path: string): Html {
  const base = `/${fullName(repository)}`
  const parts = path.split('/').filter(Boolean)
  const links = parts.map(
    (part, index) =>
      html` / <a href="${base}/tree/${ref}/${parts.slice(0, index + 1).join('/')}">${part}</a>`,
  )
  return html`<p class="crumbs"><code class="branch">${ref.length === 40 ? ref.slice(0, 7) : ref}</code> <a href="${base}">${repository.name}</a>${links}</p>`
}

async function folder(
  visit: Visit,
  repository: Repository,
  place: Place & { readonly commit: string },
): Promise<Html> {
  const entries = (await readTree(repository.folder, place.sha, false)) ?? []
  const base = `/${fullName(repository)}`
  const sorted = [...entries].sort((a, b) =>
    a.type === b.type ? (a.path < b.path ? -1 : 1) : a.type === 'tree' ? -1 : 1,
  )
  const rows = sorted.map(entry => {
    const path = place.path === '' ? entry.path : `${place.path}/${entry.path}`
    const kind = entry.type === 'tree' ? 'tree' : 'blob'
    return html`<li>${icon(kind === 'tree' ? 'folder' : 'file')}<a href="${base}/${kind}/${place.ref}/${path}">${entry.path}</a></li>`
  })
  const [last] = await log(repository.folder, ['-n', '1', place.commit])
  const readme = entries.find(entry => entry.path === 'README.md')
  const text = readme && (await readBlob(repository.folder, readme.sha)).toString()
  return html`<ul class="list files"><li class="dull">${icon('commit')}<a href="${base}/commit/${place.commit}"><code>${place.commit.slice(0, 7)}</code></a> ${last?.message.split('\n')[0]} ${last ? when(last.committer.date) : ''}</li>${rows}</ul>
${text ? html`<article class="frame markdown readme">${markdown(visit.world, repository, text)}</article>` : ''}`
}

async function file(visit: Visit, repository: Repository, place: Place): Promise<Html> {
  const text = (await readBlob(repository.folder, place.sha)).toString()
  const lines = text.replace(/\n$/, '').split('\n')
  const rows = lines.map((line, index) => html`<span class="line" id="L${index + 1}">${line}\n</span>`)
  return html`<pre class="blob">${rows}</pre>${editForm(visit, repository, place, text)}`
}

/** Changes the file on a branch of its own and opens a pull request, in one go. */
function editForm(visit: Visit, repository: Repository, place: Place, text: string): Html {
  if (!visit.user || place.ref !== repository.defaultBranch) return html``
  return html`<details class="edit"><summary>Edit this file and open a pull request</summary>
<form class="frame" method="post" action="/${fullName(repository)}/edit">
<input type="hidden" name="path" value="${place.path}">
<textarea name="content" rows="${Math.min(30, text.split('\n').length + 1)}" spellcheck="false" class="code">${text}</textarea>
<input name="title" placeholder="Title of the pull request" required maxlength="256">
<textarea name="body" rows="2" placeholder="Why"></textarea>
<div class="buttons"><button class="primary">Propose the change</button></div>
</form></details>`
}
