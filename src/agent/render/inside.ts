import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Problem } from '../../model/problem.ts'
import type { RenderLimits } from './renderer.ts'

export type Found =
  | { readonly kind: 'file' | 'folder'; readonly real: string }
  | { readonly kind: 'missing' }
  /** A symlink on the way leads out of the checkout. */
  | { readonly kind: 'outside' }

/** What a path of the checkout really is, symlinks resolved. `root` is itself a real path. */
export async function lookUp(root: string, path: string): Promise<Found> {
  const wanted = resolve(root, path)
  if (!isInside(root, wanted)) return { kind: 'outside' }
  try {
    const real = await realpath(wanted)
    if (!isInside(root, real)) return { kind: 'outside' }
    return { kind: (await stat(real)).isDirectory() ? 'folder' : 'file', real }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return { kind: 'missing' }
    throw error
  }
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}

/** One file or symlink below a folder. */
export interface Entry {
  /** Relative to the checkout's root, with slashes. */
  readonly path: string
  readonly symlink: boolean
  readonly bytes: number
}

export interface EntriesBelow {
  readonly entries: readonly Entry[]
  readonly problems: readonly Problem[]
}

/**
 * Everything below a folder of the checkout, without `.git`, folders in order of name. Symlinks are not followed; one that
 * leads out of the checkout is a problem, and so is a folder with more than the limits allow.
 */
export async function entriesBelow(
  root: string,
  folder: string,
  limits: Pick<RenderLimits, 'maxFiles' | 'maxInputBytes'>,
): Promise<EntriesBelow> {
  const entries: Entry[] = []
  const problems: Problem[] = []
  let bytes = 0
  const walk = async (at: string): Promise<void> => {
    const found = await readdir(at, { withFileTypes: true })
    for (const it of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const absolute = join(at, it.name)
      const path = relative(root, absolute).split(sep).join('/')
      if (entries.length > limits.maxFiles || bytes > limits.maxInputBytes) return
      if (it.isDirectory()) {
        if (it.name !== '.git') await walk(absolute)
      } else if (it.isSymbolicLink()) {
        if (await leadsOutside(root, absolute)) problems.push(symlinkOutside(path))
        entries.push({ path, symlink: true, bytes: 0 })
      } else if (it.isFile()) {
        const size = (await lstat(absolute)).size
        bytes += size
        entries.push({ path, symlink: false, bytes: size })
      }
    }
  }
  await walk(resolve(root, folder))
  if (entries.length > limits.maxFiles) problems.push(tooMuch(folder, `${limits.maxFiles} files`))
  if (bytes > limits.maxInputBytes) problems.push(tooMuch(folder, `${limits.maxInputBytes} bytes`))
  return { entries, problems }
}

async function leadsOutside(root: string, link: string): Promise<boolean> {
  if (!isInside(root, resolve(dirname(link), await readlink(link)))) return true
  return (await lookUp(root, link)).kind === 'outside'
}

export function symlinkOutside(path: string): Problem {
  return {
    code: 'symlink-outside',
    message: `the symlink ${path} leads out of the repository`,
    location: { file: path, line: null },
    hint: 'copy what it points to into the repository',
  }
}

function tooMuch(folder: string, limit: string): Problem {
  return {
    code: 'render-limit',
    message: `${folder} holds more than ${limit}`,
    location: null,
    hint: 'point the application at a folder that holds only its manifests',
  }
}
