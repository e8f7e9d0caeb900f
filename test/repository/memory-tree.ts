import type { Tree } from '../../src/repository/tree.ts'

/** A tree made of texts: `{ 'path': 'content' }`; `-> target` is a symlink. */
export function memoryTree(contents: Readonly<Record<string, string>>): Tree {
  const files = Object.keys(contents)
    .sort()
    .map(path => ({ path, key: contents[path]!, symlink: contents[path]!.startsWith('-> ') }))
  return {
    files,
    read: async (wanted, maxBytes) =>
      wanted.map(file => (file.key.length <= maxBytes ? file.key.replace(/^-> /, '') : null)),
  }
}
