import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Files of one folder by name, together no more than so many bytes: the least lately used go first. */
export interface KeptFiles {
  /** The file and when it was put or last used; null when it is not there. */
  find(name: string): Promise<{ readonly file: string; readonly usedAt: number } | null>
  /** Says that it is in use. */
  touch(name: string): Promise<void>
  put(name: string, bytes: Uint8Array): Promise<string>
}

export function createKeptFiles(folder: string, maxBytes: number): KeptFiles {
  async function makeRoom(): Promise<void> {
    const names = (await readdir(folder)).filter(it => !it.startsWith('.'))
    const found = await Promise.all(names.map(name => sized(join(folder, name))))
    let total = 0
    for (const { file, bytes } of found.flat().toSorted((a, b) => b.usedAt - a.usedAt)) {
      total += bytes
      if (total > maxBytes) await rm(file, { force: true })
    }
  }

  return {
    async find(name) {
      const [found] = await sized(join(folder, name))
      return found ?? null
    },
    async touch(name) {
      const now = new Date()
      // Gone in the meantime: then there is nothing to keep.
      await utimes(join(folder, name), now, now).catch(() => undefined)
    },
    async put(name, bytes) {
      await mkdir(folder, { recursive: true })
      const unfinished = join(folder, `.${randomUUID()}`)
      const file = join(folder, name)
      try {
        await writeFile(unfinished, bytes)
        await rename(unfinished, file)
      } finally {
        await rm(unfinished, { force: true })
      }
      await makeRoom()
      return file
    },
  }
}

/** Nothing when it is not there, or somebody else has just removed it. */
async function sized(file: string) {
  const found = await stat(file).catch(() => null)
  return found ? [{ file, bytes: found.size, usedAt: found.mtimeMs }] : []
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}
