import { checkTreeish, type Mirror, runInMirror, zeroSeparated } from './mirror-git.ts'
import { GitError, type TreeEntry } from './repository.ts'

export async function listFiles(
  mirror: Mirror,
  treeish: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  checkTreeish(treeish)
  const folder = prefix.replace(/\/+$/, '')
  const below = folder ? ['--', `${folder}/`] : []
  const { stdout } = await runInMirror(mirror, {
    args: ['ls-tree', '-r', '-z', '--full-tree', treeish, ...below],
    attempted: `list the files of ${treeish}`,
    signal,
  })
  return zeroSeparated(stdout.toString('utf8')).map(parseEntry)
}

/** `100644 blob 8ae4905...<tab>path` */
function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = ''] = line.slice(0, tab).split(' ')
  return { path: line.slice(tab + 1), mode, type: type as TreeEntry['type'], sha }
}

export async function changedFiles(
  mirror: Mirror,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  checkTreeish(from, to)
  const { stdout } = await runInMirror(mirror, {
    args: [
      'diff-tree',
      '-r',
      '-z',
      '--no-renames',
      '--name-only',
      '--no-ext-diff',
      '--no-textconv',
      from,
      to,
    ],
    attempted: `compare ${from} with ${to}`,
    signal,
  })
  return zeroSeparated(stdout.toString('utf8'))
}

export async function readFile(
  mirror: Mirror,
  treeish: string,
  path: string,
  limits: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<string | null> {
  checkTreeish(treeish)
  const [entry] = await describe(mirror, [`${treeish}:${path}`], limits.signal)
  if (!entry || entry.type !== 'blob') return null
  if (entry.bytes > limits.maxBytes) throw tooLarge(path, entry.bytes, limits.maxBytes)
  const [content] = await contents(mirror, [entry], limits.signal)
  return content?.toString('utf8') ?? null
}

export async function readBlobs(
  mirror: Mirror,
  shas: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<readonly (string | null)[]> {
  const found = await readBytes(mirror, shas, maxBytes, signal)
  return found.map(it => it?.toString('utf8') ?? null)
}

export async function readBytes(
  mirror: Mirror,
  shas: readonly string[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<readonly (Buffer | null)[]> {
  if (shas.length === 0) return []
  checkTreeish(...shas)
  const wanted = [...new Set(shas)]
  const described = await describe(mirror, wanted, signal)
  const missing = wanted[described.findIndex(it => it?.type !== 'blob')]
  if (missing) throw new GitError('invalid', `could not read the blob ${missing}: there is none`, false)
  const readable = described.filter(it => it !== null).filter(it => it.bytes <= maxBytes)
  const found = await contents(mirror, readable, signal)
  const bySha = new Map(readable.map((it, index) => [it.sha, found[index]]))
  return shas.map(sha => bySha.get(sha) ?? null)
}

interface Described {
  readonly sha: string
  readonly type: string
  readonly bytes: number
}

/** Type and size of objects, null for those that do not exist; nothing is read yet. */
async function describe(
  mirror: Mirror,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly (Described | null)[]> {
  const { stdout } = await runInMirror(mirror, {
    args: ['cat-file', '-z', '--batch-check=%(objectname) %(objecttype) %(objectsize)'],
    attempted: `look up ${names.length} objects`,
    input: names.map(name => `${name}\0`).join(''),
    signal,
  })
  // A missing object's line repeats its name, which may hold a newline: then the lines no longer pair up.
  const lines = stdout.toString('utf8').trimEnd().split('\n')
  if (lines.length !== names.length) return names.map(() => null)
  return lines.map(line => {
    const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line)
    return match ? { sha: match[1]!, type: match[2]!, bytes: Number(match[3]) } : null
  })
}

/** Most that one read may bring into memory. */
const mostBytes = 512 * 1024 * 1024

async function contents(
  mirror: Mirror,
  blobs: readonly Described[],
  signal: AbortSignal,
): Promise<readonly Buffer[]> {
  if (blobs.length === 0) return []
  const total = blobs.reduce((sum, it) => sum + it.bytes, 0)
  if (total > mostBytes) throw tooLarge(`${blobs.length} files`, total, mostBytes)
  const { stdout } = await runInMirror(mirror, {
    args: ['cat-file', '--batch'],
    attempted: `read ${blobs.length} files`,
    input: blobs.map(it => `${it.sha}\n`).join(''),
    maxBytes: total + blobs.length * 200,
    signal,
  })
  let at = 0
  return blobs.map(blob => {
    const start = stdout.indexOf(10, at) + 1
    at = start + blob.bytes + 1
    return stdout.subarray(start, start + blob.bytes)
  })
}

function tooLarge(what: string, bytes: number, maxBytes: number): GitError {
  return new GitError(
    'invalid',
    `could not read ${what}: it has ${bytes} bytes, at most ${maxBytes} are read`,
    false,
  )
}
