import { gitText } from './run-git.ts'

/** The paths that a commit added, removed and modified against its first parent. */
export async function changedPaths(folder: string, sha: string) {
  const args = [
    'diff-tree',
    '--root',
    '-r',
    '--no-renames',
    '--no-commit-id',
    '--name-status',
    '-z',
    '-m',
    '--first-parent',
    sha,
  ]
  const fields = (await gitText(folder, args)).split('\0').filter(Boolean)
  const added: string[] = []
  const removed: string[] = []
  const modified: string[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const list = fields[at] === 'A' ? added : fields[at] === 'D' ? removed : modified
    list.push(fields[at + 1]!)
  }
  return { added, removed, modified }
}
