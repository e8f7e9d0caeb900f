import { existsSync } from 'node:fs'

/**
 * A file that ships with the package, by its path from the package's root. The program runs from its sources and from what is built of
 * them, at different depths below that root.
 */
export function packageFile(path: string): URL {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    if (existsSync(new URL('package.json', folder))) return new URL(path, folder)
    if (folder.pathname === '/') throw new Error(`could not find ${path}: the package is not installed whole`)
  }
}
