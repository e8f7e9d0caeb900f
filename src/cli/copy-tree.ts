import { copyFile, link, mkdir, readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'

const skippedFolders = new Set(['.git', 'node_modules'])

/**
 * A folder in another place, for edits to be tried in: hard links where the file system allows them, so that nothing is read.
 * Files of the copy must be replaced, never written to. Without what no manifest is read from.
 */
export async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) await copyTree(source, target)
    } else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else if (entry.isFile()) await link(source, target).catch(() => copyFile(source, target))
  }
}
