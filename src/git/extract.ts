import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkTreeish, type Mirror, runInMirror } from './mirror-git.ts'
import { GitError } from './repository.ts'

export interface ExtractLimits {
  readonly maxFiles: number
  /** Of all files together. */
  readonly maxBytes: number
}

/**
 * Writes a tree's files by way of an index of its own. git refuses paths that would leave the folder or touch a `.git`;
 * the mirror's `info/attributes` switches conversions and filters off, so that files are written byte by byte.
 */
export async function extract(
  mirror: Mirror,
  treeish: string,
  folder: string,
  limits: ExtractLimits & { readonly signal: AbortSignal },
): Promise<void> {
  checkTreeish(treeish)
  const attempted = `write out the files of ${treeish}`
  const { signal } = limits
  const listed = await runInMirror(mirror, {
    args: ['ls-tree', '-r', '-z', '-l', '--full-tree', treeish],
    attempted,
    signal,
  })
  // latin1 keeps every byte: a path need not be UTF-8.
  const entries = listed.stdout.toString('latin1').split('\0').filter(Boolean).map(parseSizedEntry)
  const files = entries.filter(entry => entry.type === 'blob')
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (files.length > limits.maxFiles) throw beyond(attempted, `${files.length} files`, `${limits.maxFiles}`)
  if (bytes > limits.maxBytes) throw beyond(attempted, `${bytes} bytes`, `${limits.maxBytes}`)

  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-index-'))
  try {
    const environment = { GIT_INDEX_FILE: join(scratch, 'index'), GIT_WORK_TREE: resolve(folder) }
    const lines = files.map(file => `${file.mode} ${file.sha}\t${file.path}\0`).join('')
    await runInMirror(mirror, {
      args: ['update-index', '-z', '--index-info'],
      attempted,
      environment,
      input: Buffer.from(lines, 'latin1'),
      signal,
    })
    await runInMirror(mirror, {
      args: ['checkout-index', '--all', '--quiet'],
      attempted,
      environment,
      timeoutSeconds: 300,
      signal,
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** `100644 blob 8ae4905...     9<tab>path`; a submodule's size is `-`. */
function parseSizedEntry(line: string) {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = ''] = line.slice(0, tab).split(/ +/)
  return { mode, type, sha, bytes: Number(size) || 0, path: line.slice(tab + 1) }
}

function beyond(attempted: string, found: string, allowed: string): GitError {
  return new GitError(
    'invalid',
    `could not ${attempted}: it has ${found}, at most ${allowed} are allowed`,
    false,
  )
}
