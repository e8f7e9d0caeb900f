import { refsMoved } from '../actions/push.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { findObject, readBlob, readTree } from '../git/objects.ts'
import { commitTree, resolveCommit, treeWith, updateRef } from '../git/repository.ts'
import { gitCommitShape } from '../shapes/commit.ts'
import { repositoryPage, repositoryUrl } from '../shapes/links.ts'
import type { Repository } from '../state.ts'
import type { World } from '../world.ts'
import { type Answer, type Call, type Handlers, ok } from './call.ts'

interface Entry {
  readonly path: string
  readonly sha: string
  readonly size: number
  readonly type: 'file' | 'dir' | 'symlink' | 'submodule'
}

export const contentHandlers: Handlers = {
  'repos/get-content': async call => {
    const { world, repository } = call
    const { folder } = repository
    const ref = call.query.ref ?? repository.defaultBranch
    const path = call.path.path.replaceAll(/^\/+|\/+$/g, '')
    const commit = await resolveCommit(folder, ref)
    if (!commit) throw new ApiFailure(404, `No commit found for the ref ${ref}`)
    const found = await findObject(folder, path === '' ? `${commit}^{tree}` : `${commit}:${path}`)
    if (found?.type === 'tree') return ok(await directory(world, repository, { ref, path, sha: found.sha }))
    if (found?.type !== 'blob') throw notFound()
    const content = await readBlob(folder, found.sha)
    if (call.accept === 'raw')
      return { status: 200, body: content, type: 'application/vnd.github.raw; charset=utf-8' }
    const entry: Entry = { path, sha: found.sha, size: content.length, type: 'file' }
    return ok({ ...entryShape(world, repository, ref, entry), content: wrapped(content), encoding: 'base64' })
  },
  'repos/create-or-update-file-contents': call =>
    call.world.exclusively(call.repository, () => putFile(call)),
}

async function putFile(call: Call<'repos/create-or-update-file-contents'>): Promise<Answer> {
  const { world, repository, actor, body } = call
  const { folder } = repository
  const branch = body.branch ?? repository.defaultBranch
  const ref = `refs/heads/${branch}`
  const before = await resolveCommit(folder, ref)
  if (!before) throw new ApiFailure(404, `Branch ${branch} not found`)
  const existing = await findObject(folder, `${before}:${call.path.path}`)
  if (existing && body.sha === undefined)
    throw new ApiFailure(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
  if (existing && existing.sha !== body.sha) {
    throw new ApiFailure(409, `${call.path.path} does not match ${body.sha}`)
  }
  const content = Buffer.from(body.content, 'base64')
  const after = await commitTree(folder, {
    tree: await treeWith(folder, before, { [call.path.path]: content }),
    parents: [before],
    message: body.message,
    author: body.author ?? actor.user,
    date: world.now(),
  })
  await updateRef(folder, ref, after, before)
  await refsMoved(world, repository, actor, [{ ref, before, after }])
  const blob = await findObject(folder, `${after}:${call.path.path}`)
  const entry: Entry = { path: call.path.path, sha: blob?.sha ?? '', size: content.length, type: 'file' }
  return {
    status: existing ? 200 : 201,
    body: {
      content: entryShape(world, repository, branch, entry),
      commit: gitCommitShape(world, repository, await readCommit(folder, after)),
    },
  }
}

async function directory(
  world: World,
  repository: Repository,
  at: { readonly ref: string; readonly path: string; readonly sha: string },
) {
  const entries = (await readTree(repository.folder, at.sha, false)) ?? []
  return entries.map(entry =>
    entryShape(world, repository, at.ref, {
      path: at.path === '' ? entry.path : `${at.path}/${entry.path}`,
      sha: entry.sha,
      size: entry.size ?? 0,
      type: typeOf(entry),
    }),
  )
}

function typeOf(entry: { readonly type: string; readonly mode: string }): Entry['type'] {
  if (entry.type === 'tree') return 'dir'
  if (entry.type === 'commit') return 'submodule'
  return entry.mode === '120000' ? 'symlink' : 'file'
}

function entryShape(world: World, repository: Repository, ref: string, entry: Entry) {
  const api = repositoryUrl(world, repository)
  const page = repositoryPage(world, repository)
  const path = entry.path.split('/').map(encodeURIComponent).join('/')
  const self = `${api}/contents/${path}?ref=${encodeURIComponent(ref)}`
  const git = `${api}/git/${entry.type === 'dir' ? 'trees' : 'blobs'}/${entry.sha}`
  const html = `${page}/${entry.type === 'dir' ? 'tree' : 'blob'}/${ref}/${path}`
  return {
    name: entry.path.split('/').at(-1) ?? entry.path,
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: entry.type === 'file' ? `${page}/raw/${ref}/${path}` : null,
    type: entry.type,
    _links: { self, git, html },
  }
}

/** Base64 in lines of 60, as GitHub gives it: a reader that does not expect newlines shall notice. */
const wrapped = (content: Buffer): string => content.toString('base64').replaceAll(/.{60}/g, '$&\n')
