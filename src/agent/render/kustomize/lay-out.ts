import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { isBelow, type RepositoryPath } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'
import type { RenderLimits } from '../renderer.ts'
import { copyFolders } from './copy.ts'

/**
 * Lays out what a build reads at the same paths below `target`. The folder that is built is copied (by hard links), for its kustomization is
 * edited; what it builds upon is linked to, as it lies in the checkout: 200 overlays of one base cost 200 links, not 200 bases.
 */
export async function layOutKustomization(
  view: CheckoutView,
  [built, ...others]: readonly RepositoryPath[],
  target: string,
  limits: RenderLimits,
): Promise<readonly Problem[]> {
  const problems = await copyFolders(view.root, [built ?? '.'], target, limits)
  const outside = others.filter(it => !isBelow(it, built ?? '.'))
  for (const folder of outside) {
    // Links among what it brings along are looked at, as those of the copy are.
    problems.push(...(await view.entriesBelow(folder, limits)).problems)
  }
  if (problems.length > 0) return problems
  for (const folder of outside.filter(it => !outside.some(other => other !== it && isBelow(it, other)))) {
    const link = join(target, folder)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(view.root, folder), link)
  }
  return []
}
