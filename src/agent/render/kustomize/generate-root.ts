import type { KustomizeReference } from '../../../repository/kustomization.ts'
import { folderOf, isBelow, type RepositoryPath } from '../../../repository/paths.ts'
import { kustomizationFiles } from '../../../repository/kustomization.ts'
import type { CheckoutView } from '../checkout-view.ts'
import type { RenderLimits } from '../renderer.ts'
import type { KustomizeRoot } from './open-root.ts'

/**
 * The kustomization that Flux takes a folder without one for: all YAML files below, and folders with a kustomization of their own
 * in place of what lies in them. Null when there is one.
 */
export async function generateRoot(
  view: CheckoutView,
  folder: RepositoryPath,
  limits: RenderLimits,
): Promise<KustomizeRoot | null> {
  const { entries } = await view.entriesBelow(folder, limits)
  const isKustomization = (path: string) =>
    kustomizationFiles.some(it => path === it || path.endsWith(`/${it}`))
  const roots = entries.filter(it => isKustomization(it.path)).map(it => folderOf(it.path))
  if (roots.includes(folder)) return null
  const outermost = roots.filter(it => !roots.some(other => other !== it && isBelow(it, other)))
  const files = entries
    .map(it => it.path)
    .filter(it => /\.ya?ml$/.test(it) && !outermost.some(root => isBelow(it, root)))
  const inside = (path: string) => (folder === '.' ? path : path.slice(folder.length + 1))
  const resources = [...files, ...outermost].map(inside).sort()
  const references = resources.map((target): KustomizeReference => {
    return { target, expects: 'either', field: 'resources', position: { line: 1, column: 1 } }
  })
  const file = folder === '.' ? kustomizationFiles[0] : `${folder}/${kustomizationFiles[0]}`
  return { folder, file, reading: { references, value: { resources }, problems: [] } }
}
