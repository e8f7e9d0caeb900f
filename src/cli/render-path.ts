import type { RenderedObject } from '../model/rendered.ts'
import type { KubernetesObject } from '../model/object.ts'
import { isInRepository } from '../repository/same-repository.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import { readTarget, type Target } from './target.ts'

/** Renders a target's sources from disk, as they are now, or from `folder` instead of the target's root. */
export async function renderTarget(
  engine: LocalEngine,
  target: Target,
  from: { readonly folder?: string; readonly signal: AbortSignal },
): Promise<readonly RenderedObject[]> {
  const { kubernetesVersion, apiVersions } = await engine.cluster.discover(from.signal)
  return engine.renderer.render(
    {
      folder: from.folder ?? target.root,
      contentKey: null,
      application: target.application,
      // Whatever URL the document names: the person says with PATH that this checkout is meant.
      inRepository: source => isInRepository(source, source.repoURL),
      destination: { kubernetesVersion, apiVersions },
    },
    from.signal,
  )
}

export async function renderPath(
  engine: LocalEngine,
  path: string,
  options: Pick<TargetOptions, 'application' | 'namespace'>,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const target = await readTarget(path, options, engine.clusterName)
  return (await renderTarget(engine, target, { signal })).map(it => it.object)
}
