import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { lockFolder } from './folder-lock.ts'

/** Opens the embedded database in `folder`, or one in memory when null. A folder is open in one process at a time. */
export async function openPglite(
  folder: string | null,
): Promise<{ readonly pglite: PGlite; close(): Promise<void> }> {
  if (folder === null) {
    const pglite = await PGlite.create()
    return { pglite, close: () => pglite.close() }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(folder)
  try {
    const pglite = await PGlite.create(join(folder, 'database'))
    return {
      pglite,
      close: async () => {
        await pglite.close()
        unlock()
      },
    }
  } catch (cause) {
    unlock()
    throw new Error(
      `could not open the database in ${folder}: put back a copy of the folder, or move it away to start anew (open pull requests are planned again)`,
      { cause },
    )
  }
}
