import type { GitCache } from '../git/repository.ts'
import type { Application, ApplicationSource } from '../model/application.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { GitCredential, RepositoryRef, Revision } from '../model/repository.ts'
import type { CheckoutRequest, Checkouts } from './checkout/checkouts.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Renderer } from './render/renderer.ts'
import { createStopwatch, type Stopwatch } from './stopwatch.ts'

/** From a commit, or a merge, to rendered objects. Rejects with InvalidInputError, GitError or ClusterError. */
export interface Sources {
  /**
   * Renders an application's sources for the destination's versions: at a commit, or at what the forge would get by merging
   * `head` into `base`; a conflict is an InvalidInputError.
   */
  render(
    application: Application,
    from: {
      readonly repository: RepositoryRef
      readonly at: CheckoutRequest['of']
      readonly stopwatch?: Stopwatch
    },
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
  return {
    async render(application, { repository, at, stopwatch = createStopwatch() }, signal) {
      const { kubernetesVersion, apiVersions } = await deps.cluster.discover(signal)
      const checkout = await stopwatch.time('checkout', async () => {
        const credential = await deps.credential(repository, signal)
        return deps.checkouts.of({ cloneUrl: repository.cloneUrl, of: at, credential }, signal)
      })
      try {
        const request = {
          folder: checkout.folder,
          contentKey: checkout.contentKey,
          application,
          inRepository: (source: ApplicationSource) => deps.inRepository(source, repository),
          destination: { kubernetesVersion, apiVersions },
        }
        return await stopwatch.time('render', () => deps.renderer.render(request, signal))
      } finally {
        checkout.release()
      }
    },
    async resolve(repository, name, signal) {
      const mirror = await deps.gitCache.open(repository.cloneUrl)
      return mirror.resolveRemote(name, await deps.credential(repository, signal), signal)
    },
  }
}
