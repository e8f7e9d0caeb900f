import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { AdoptedFile } from '../../model/adoption.ts'
import { editYaml, type YamlEdit } from '../../repository/edit/edit-yaml.ts'
import { lookUp } from '../render/inside.ts'

/** Larger ones are not edited; reports have a bound too. */
const mostBytes = 4 * 1024 * 1024

/** Why an edit was not made: the end of a sentence. Null when it was. */
export type Refused = string | null

/**
 * A folder with an application's repository in it that may be written to. Only regular files of it are ever edited, by their real paths;
 * what was there before is known, so that every edit can be taken back.
 */
export interface WorkingCopy {
  /** A real path. */
  readonly root: string
  /** The real path, relative to the root, of a regular file inside; null for anything else. */
  fileAt(path: string): Promise<string | null>
  /** Null when there is no such file, or it is too large or no text. */
  read(path: string): Promise<string | null>
  /** Null takes the file away. */
  write(path: string, text: string | null): Promise<Refused>
  editYaml(path: string, edits: readonly YamlEdit[]): Promise<Refused>
  /** Takes back all that was written since. */
  mark(): () => Promise<void>
  /** By path. */
  changes(): readonly ChangedFile[]
}

export interface ChangedFile extends AdoptedFile {
  /** What it held at first. */
  readonly before: string
}

interface Original {
  readonly text: string
  readonly mode: AdoptedFile['mode']
}

export async function openWorkingCopy(folder: string): Promise<WorkingCopy> {
  const root = await realpath(folder)
  const originals = new Map<string, Original>()
  /** Of files that were written: what they hold now. */
  const current = new Map<string, string | null>()

  async function fileAt(path: string): Promise<string | null> {
    const found = await lookUp(root, path)
    if (found.kind !== 'file') return null
    const real = relative(root, found.real).split(sep).join('/')
    return real.split('/').includes('.git') ? null : real
  }

  async function read(path: string): Promise<string | null> {
    const real = await fileAt(path)
    if (real === null) return null
    const known = current.get(real)
    if (known !== undefined) return known
    const about = await lstat(join(root, real))
    if (!about.isFile() || about.size > mostBytes) return null
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        await readFile(join(root, real)),
      )
      originals.set(real, { text, mode: (about.mode & 0o100) === 0 ? '100644' : '100755' })
      return text
    } catch (error) {
      if (error instanceof TypeError) return null
      throw error
    }
  }

  /** Files may be hard links to somebody else's: they are replaced, never written to. */
  async function put(real: string, text: string | null): Promise<void> {
    await rm(join(root, real), { force: true })
    const mode = originals.get(real)?.mode === '100755' ? 0o755 : 0o644
    if (text === null) return
    await mkdir(dirname(join(root, real)), { recursive: true })
    await writeFile(join(root, real), text, { mode, flag: 'wx' })
  }

  async function write(path: string, text: string | null): Promise<Refused> {
    const before = await read(path)
    const real = await fileAt(path)
    if (before === null || real === null)
      return `${path} is no text file of the repository that can be edited`
    if (text !== null && Buffer.byteLength(text) > mostBytes) return `${path} would become too large`
    await put(real, text)
    current.set(real, text)
    return null
  }

  return {
    root,
    fileAt,
    read,
    write,
    async editYaml(path, edits) {
      const text = await read(path)
      if (text === null) return `${path} is no text file of the repository that can be edited`
      // An empty file has no line ends to go by.
      const edited = editYaml(text || '\n', edits)
      if ('refused' in edited) return `${path}: ${edited.refused}`
      const after = text === '' ? edited.text.replace(/^\n/, '') : edited.text
      return after === text ? null : write(path, after)
    },
    mark() {
      const then = new Map(current)
      return async () => {
        for (const [real, text] of current) {
          const before = then.get(real)
          if (before === text) continue
          const original = before === undefined ? (originals.get(real)?.text ?? null) : before
          await put(real, original)
          if (before === undefined) current.delete(real)
          else current.set(real, before)
        }
      }
    },
    changes: () =>
      [...current]
        .filter(([real, text]) => originals.get(real)?.text !== text)
        .map(([path, text]): ChangedFile => {
          const { mode = '100644', text: before = '' } = originals.get(path) ?? {}
          return { path, mode, text, before }
        })
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}
