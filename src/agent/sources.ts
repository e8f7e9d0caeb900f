import type { GitCache, GitRepository } from '../git/repository.ts'
import type { Application, ApplicationSource } from '../model/application.ts'
import { InvalidInputError } from '../model/problem.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { GitCredential, RepositoryRef, Revision } from '../model/repository.ts'
import type { Checkouts } from './checkout/checkouts.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Renderer } from './render/renderer.ts'

/** From a commit (or a merge) to rendered objects. Rejects with InvalidInputError, GitError or ClusterError. */
export interface Sources {
  /** The tree that the forge would get by merging `head` into `base`; a conflict is an InvalidInputError. */
  merge(repository: RepositoryRef, base: Revision, head: Revision, signal: AbortSignal): Promise<string>
  /** Renders an application's sources from a commit or tree for the destination's versions. */
  render(
    application: Application,
    repository: RepositoryRef,
    treeish: string,
    signal: AbortSignal,
  ): Promise<readonly RenderedObject[]>
  /** What a branch, tag or HEAD of the remote points to now; null when it does not exist. */
  resolve(repository: RepositoryRef, name: string, signal: AbortSignal): Promise<Revision | null>
}

export interface SourcesDependencies {
  readonly gitCache: GitCache
  readonly checkouts: Checkouts
  readonly renderer: Renderer
  readonly cluster: Cluster
  /** Whether a source reads the repository that its application was found in. */
  readonly inRepository: (source: ApplicationSource, repository: RepositoryRef) => boolean
  /** Asked anew for each use: credentials live for minutes. Null when the repository needs none. */
  readonly credential: (repository: RepositoryRef, signal: AbortSignal) => Promise<GitCredential | null>
}

export function createSources(deps: SourcesDependencies): Sources {
  async function opened(
    repository: RepositoryRef,
    revisions: readonly Revision[],
    signal: AbortSignal,
  ): Promise<GitRepository> {
    const mirror = await deps.gitCache.open(repository.cloneUrl)
    await mirror.fetch(revisions, await deps.credential(repository, signal), signal)
    return mirror
  }

  return {
    async merge(repository, base, head, signal) {
      const mirror = await opened(repository, [base, head], signal)
      const merged = await mirror.merge(base, head, signal)
      if (merged.kind === 'merged') return merged.tree
      throw new InvalidInputError(
        merged.files.map(file => ({
          code: 'merge-conflict',
          message: `${file} conflicts with the target branch`,
          location: { file, line: null },
          hint: 'merge or rebase, and it is planned again',
        })),
      )
    },
    async render(application, repository, treeish, signal) {
      const mirror = await opened(repository, [treeish], signal)
      const { kubernetesVersion, apiVersions } = await deps.cluster.discover(signal)
      const checkout = await deps.checkouts.of(mirror, treeish, signal)
      try {
        return await deps.renderer.render(
          {
            folder: checkout.folder,
            contentKey: treeish,
            application,
            inRepository: source => deps.inRepository(source, repository),
            destination: { kubernetesVersion, apiVersions },
          },
          signal,
        )
      } finally {
        await checkout.release()
      }
    },
    async resolve(repository, name, signal) {
      const mirror = await deps.gitCache.open(repository.cloneUrl)
      return mirror.resolveRemote(name, await deps.credential(repository, signal), signal)
    },
  }
}
