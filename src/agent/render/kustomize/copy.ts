import { copyFile, link, mkdir, readlink, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { isBelow, type RepositoryPath } from '../../../repository/paths.ts'
import { entriesBelow } from '../inside.ts'
import type { RenderLimits } from '../renderer.ts'

/**
 * Lays folders of a checkout out in another place, at the same paths: hard links where the file system allows them, so
 * that nothing is read or written. Files of the copy must be replaced, never written to.
 */
export async function copyFolders(
  root: string,
  folders: readonly RepositoryPath[],
  target: string,
  limits: RenderLimits,
): Promise<Problem[]> {
  const outermost = folders.filter(
    folder => !folders.some(other => other !== folder && isBelow(folder, other)),
  )
  const made = new Set<string>()
  for (const folder of new Set(outermost)) {
    await mkdir(join(target, folder), { recursive: true })
    const { entries, problems } = await entriesBelow(root, folder, limits)
    if (problems.length > 0) return [...problems]
    for (const entry of entries) {
      const from = join(root, entry.path)
      const to = join(target, entry.path)
      const parent = dirname(to)
      if (!made.has(parent)) await mkdir(parent, { recursive: true })
      made.add(parent)
      if (entry.symlink) await symlink(await readlink(from), to)
      else await linkOrCopy(from, to)
    }
  }
  return []
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another file system, somebody else's file, or a file system without links.
    if (code === 'EEXIST' || code === 'ENOENT') throw error
    await copyFile(from, to)
  }
}
