import { posix } from 'node:path'

/** Whether a path (relative, with slashes) matches a glob: `*`, `**`, `?`, `[a-z]`, `{a,b}`. A leading `/` or `./` is dropped. */
export function matchesGlob(path: string, glob: string): boolean {
  const pattern = glob.replace(/^\.?\//, '')
  if (pattern === path) return true
  // Most paths of a large repository are told apart by the fixed beginning, which is cheap to compare.
  const fixed = pattern.slice(0, pattern.search(/[*?[\]{}!()+@\\]|$/))
  return path.startsWith(fixed) && fixed !== pattern && posix.matchesGlob(path, pattern)
}

export function matchesAnyGlob(path: string, globs: readonly string[]): boolean {
  return globs.some(glob => matchesGlob(path, glob))
}
