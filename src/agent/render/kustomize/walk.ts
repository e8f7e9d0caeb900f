import { relative, sep } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import type { KustomizeReference } from '../../../repository/kustomization.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'
import { cycleProblems, type Edge } from './cycles.ts'
import { follow } from './follow.ts'
import { type KustomizeRoot, openRoot } from './open-root.ts'
import { inlinePluginProblems, pluginFileProblems, pluginFolderProblems } from './plugins.ts'

export interface KustomizeWalk {
  /** The folder asked for first, then all that it builds upon. */
  readonly roots: readonly KustomizeRoot[]
  /** Files that hold resources. */
  readonly resources: readonly RepositoryPath[]
  readonly problems: readonly Problem[]
}

/** What an Application adds to the kustomization that is built. */
export interface AddedReferences {
  readonly references: readonly KustomizeReference[]
  /** Where they are written. */
  readonly location: Problem['location']
  /** Takes the place of a kustomization that is not there. */
  readonly generated?: KustomizeRoot | null
}

/** A folder to look into. */
interface Stop {
  readonly folder: RepositoryPath
  /** Who lists it; null for the one asked for. */
  readonly from: Problem['location']
  /** What it builds are configurations of plugins. */
  readonly plugins: boolean
}

/**
 * Follows a kustomization through everything it names, before kustomize does. Whatever lies outside of the checkout or
 * comes from a network is a problem here, so that kustomize never sees it; what is missing is said at the line that lists it.
 */
export async function walkKustomization(
  view: CheckoutView,
  start: RepositoryPath,
  added: AddedReferences,
): Promise<KustomizeWalk> {
  const roots: KustomizeRoot[] = []
  const resources: RepositoryPath[] = []
  const problems: Problem[] = []
  const queue: Stop[] = [{ folder: start, from: null, plugins: false }]
  const edges: Edge[] = []
  const seen = new Set<string>()
  for (let next = queue.shift(); next; next = queue.shift()) {
    const folder = await realFolder(view, next.folder)
    const { plugins } = next
    const visit = `${plugins ? 'plugins' : 'objects'} ${folder}`
    if (seen.has(visit)) continue
    seen.add(visit)
    const generated = roots.length === 0 ? added.generated : null
    const opened = generated ? { root: generated, problems: [] } : await openRoot(view, folder, next.from)
    problems.push(...opened.problems)
    if (!opened.root) continue
    roots.push(opened.root)
    problems.push(...inlinePluginProblems(opened.root))
    if (plugins) problems.push(...pluginFolderProblems(opened.root))
    const { file, reading } = opened.root
    const listed = reading.references.map(it => ({
      reference: it,
      location: generated ? added.location : { file, ...it.position },
    }))
    const extra = roots.length === 1 ? added.references : []
    const more = extra.map(it => ({ reference: it, location: added.location ?? { file, ...it.position } }))
    for (const { reference, location } of [...listed, ...more]) {
      const found = await follow(view, folder, reference)
      if ('problem' in found) problems.push({ ...found.problem, location })
      else if (found.folder) {
        edges.push({ from: folder, to: found.path, location })
        queue.push({ folder: found.path, from: location, plugins: plugins || reference.expects === 'plugin' })
      } else if (reference.expects === 'plugin' || plugins) {
        problems.push(...(await pluginFileProblems(view.root, found.path)))
      } else if (reference.expects === 'either') resources.push(found.path)
    }
  }
  if (roots[0]) problems.push(...cycleProblems(roots[0].folder, edges))
  return { roots, resources, problems }
}

/** Kustomize goes by real paths: two ways to one folder are one root. */
async function realFolder(view: CheckoutView, folder: RepositoryPath): Promise<RepositoryPath> {
  const found = await view.lookUp(folder)
  return found.kind === 'folder' ? relative(view.root, found.real).split(sep).join('/') || '.' : folder
}
