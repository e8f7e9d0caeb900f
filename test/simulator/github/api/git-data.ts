import { refsMoved } from '../actions/push.ts'
import { ApiFailure, invalid, notFound } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { findObject, readBlob, readTree, type TreeEntry } from '../git/objects.ts'
import {
  commitTree,
  isAncestor,
  listRefs,
  updateRef,
  writeBlob,
  writeTree,
  zeroSha,
} from '../git/repository.ts'
import { runGit } from '../git/run-git.ts'
import { gitCommitShape } from '../shapes/commit.ts'
import { repositoryUrl } from '../shapes/links.ts'
import type { Repository } from '../state.ts'
import { nodeId, type World } from '../world.ts'
import { type Call, created, type Handlers, noContent, ok } from './call.ts'

export const gitDataHandlers: Handlers = {
  'git/get-ref': async call => {
    const { world, repository } = call
    const ref = `refs/${call.path.ref}`
    const sha = (await listRefs(repository.folder, ref)).get(ref)
    if (!sha) throw notFound()
    return ok(await refShape(world, repository, ref, sha))
  },
  'git/list-matching-refs': async call => {
    const { world, repository } = call
    const refs = [...(await listRefs(repository.folder, 'refs/'))].filter(([ref]) =>
      ref.startsWith(`refs/${call.path.ref}`),
    )
    return ok(await Promise.all(refs.map(([ref, sha]) => refShape(world, repository, ref, sha))))
  },
  'git/create-ref': async call => {
    const { ref, sha } = call.body
    if (!/^refs\/(heads|tags)\/./.test(ref)) throw new ApiFailure(422, 'Reference name is invalid')
    return created(await moveRef(call, ref, sha, 'create'))
  },
  'git/update-ref': async call => {
    const { sha, force = false } = call.body
    return ok(await moveRef(call, `refs/${call.path.ref}`, sha, force ? 'force' : 'forward'))
  },
  'git/delete-ref': async call => {
    const { world, repository, actor } = call
    const ref = `refs/${call.path.ref}`
    return await world.exclusively(repository, async () => {
      const before = (await listRefs(repository.folder, ref)).get(ref)
      if (!before) throw new ApiFailure(422, 'Reference does not exist')
      await runGit(repository.folder, ['update-ref', '-d', ref, before])
      await refsMoved(world, repository, actor, [{ ref, before, after: zeroSha }])
      return noContent
    })
  },
  'git/get-tree': async call => {
    const { world, repository } = call
    const found = await findObject(repository.folder, `${call.path.tree_sha}^{tree}`)
    const entries =
      found && (await readTree(repository.folder, found.sha, call.query.recursive !== undefined))
    if (!found || !entries) throw notFound()
    return ok(treeShape(world, repository, found.sha, entries))
  },
  'git/create-tree': async call => {
    const { world, repository, body } = call
    const entries = await Promise.all(
      body.tree.map(async entry => ({
        path: entry.path ?? '',
        mode: entry.mode ?? '100644',
        sha:
          entry.content === undefined
            ? (entry.sha ?? null)
            : await writeBlob(repository.folder, entry.content),
      })),
    )
    const sha = await writeTree(repository.folder, body.base_tree, entries)
    return created(treeShape(world, repository, sha, (await readTree(repository.folder, sha, false)) ?? []))
  },
  'git/get-blob': async call => {
    const { repository } = call
    const found = await findObject(repository.folder, call.path.file_sha)
    if (found?.type !== 'blob') throw notFound()
    const content = await readBlob(repository.folder, found.sha)
    if (call.accept === 'raw') return { status: 200, body: content, type: 'application/octet-stream' }
    return ok({
      sha: found.sha,
      node_id: nodeId('B', Number.parseInt(found.sha.slice(0, 8), 16)),
      size: content.length,
      url: objectUrl(call.world, repository, 'blob', found.sha),
      content: content.toString('base64'),
      encoding: 'base64',
    })
  },
  'git/create-blob': async call => {
    const { world, repository, body } = call
    const content = Buffer.from(body.content, body.encoding === 'base64' ? 'base64' : 'utf8')
    const sha = await writeBlob(repository.folder, content)
    return created({ sha, url: objectUrl(world, repository, 'blob', sha) })
  },
  'git/get-commit': async call => {
    const { world, repository } = call
    const found = await findObject(repository.folder, call.path.commit_sha)
    if (found?.type !== 'commit') throw notFound()
    return ok(gitCommitShape(world, repository, await readCommit(repository.folder, found.sha)))
  },
  'git/create-commit': async call => {
    const { world, repository, actor, body } = call
    const author = body.author ? { name: body.author.name, email: body.author.email } : actor.user
    const sha = await commitTree(repository.folder, {
      tree: body.tree,
      parents: body.parents ?? [],
      message: body.message,
      author,
      date: body.author?.date ? new Date(body.author.date) : world.now(),
    })
    return created(gitCommitShape(world, repository, await readCommit(repository.folder, sha)))
  },
}

async function moveRef(
  call: Pick<Call<'git/create-ref'>, 'world' | 'repository' | 'actor'>,
  ref: string,
  sha: string,
  how: 'create' | 'forward' | 'force',
) {
  const { world, repository, actor } = call
  const { folder } = repository
  return await world.exclusively(repository, async () => {
    const before = (await listRefs(folder, ref)).get(ref)
    if (how === 'create' && before) throw new ApiFailure(422, 'Reference already exists')
    if (how !== 'create' && !before) throw new ApiFailure(422, 'Reference does not exist')
    if (!(await findObject(folder, sha)))
      throw invalid('Reference', 'sha', 'invalid', 'Object does not exist')
    if (before && how === 'forward' && !(await isAncestor(folder, before, sha))) {
      throw new ApiFailure(422, 'Update is not a fast forward')
    }
    await updateRef(folder, ref, sha, before ?? zeroSha)
    await refsMoved(world, repository, actor, [{ ref, before: before ?? zeroSha, after: sha }])
    return await refShape(world, repository, ref, sha)
  })
}

async function refShape(world: World, repository: Repository, ref: string, sha: string) {
  const type = (await findObject(repository.folder, sha))?.type ?? 'commit'
  return {
    ref,
    node_id: nodeId('REF', repository.id),
    url: `${repositoryUrl(world, repository)}/git/${ref}`,
    object: { type, sha, url: objectUrl(world, repository, type, sha) },
  }
}

const treeShape = (world: World, repository: Repository, sha: string, entries: readonly TreeEntry[]) => ({
  sha,
  url: objectUrl(world, repository, 'tree', sha),
  truncated: false,
  tree: entries.map(({ path, mode, type, sha: entry, size }) => ({
    path,
    mode,
    type,
    sha: entry,
    ...(size === undefined ? {} : { size }),
    ...(type === 'commit' ? {} : { url: objectUrl(world, repository, type, entry) }),
  })),
})

const objectUrl = (world: World, repository: Repository, type: string, sha: string): string =>
  `${repositoryUrl(world, repository)}/git/${type}s/${sha}`
