import type { Revision } from '../model/repository.ts'
import { checkTreeish, type Mirror, runInMirror, zeroSeparated } from './mirror-git.ts'
import type { MergeResult } from './repository.ts'

/** With the merge strategy of git itself (`ort`), which is the forges' too. Writes objects, moves nothing. */
export async function merge(
  mirror: Mirror,
  base: Revision,
  head: Revision,
  signal: AbortSignal,
): Promise<MergeResult> {
  checkTreeish(base, head)
  const { code, stdout } = await runInMirror(mirror, {
    args: ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', base, head],
    attempted: `merge ${head} into ${base}`,
    accepted: [0, 1],
    signal,
  })
  const [tree = '', ...files] = zeroSeparated(stdout.toString('utf8'))
  return code === 0 ? { kind: 'merged', tree } : { kind: 'conflict', files: [...new Set(files)].sort() }
}

export async function mergeBase(
  mirror: Mirror,
  a: Revision,
  b: Revision,
  signal: AbortSignal,
): Promise<Revision | null> {
  checkTreeish(a, b)
  const { code, stdout } = await runInMirror(mirror, {
    args: ['merge-base', a, b],
    attempted: `find the merge base of ${a} and ${b}`,
    accepted: [0, 1],
    signal,
  })
  return code === 0 ? (stdout.toString('utf8').trim().split('\n')[0] ?? null) : null
}
