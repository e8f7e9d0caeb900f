import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { GitHubAppCredentials } from '../forge/github/create-from-manifest.ts'
import { InvalidInputError } from '../model/problem.ts'

/** A GitHub App that the setup created, and the GitHub that it is on. */
export interface KeptGitHubApp extends GitHubAppCredentials {
  /** Without trailing slash, e.g. `https://github.com`. */
  readonly webUrl: string
}

const schema = z.object({
  webUrl: z.url(),
  id: z.int().positive(),
  slug: z.string(),
  name: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  webhookSecret: z.string().min(1),
  privateKey: z.string().min(1),
})

/** Where the credentials are inside the server's data folder. */
export function keptGitHubAppFile(dataFolder: string): string {
  return join(dataFolder, 'github-app.json')
}

/** Null when none was kept. Throws InvalidInputError, without what is in it, when the file cannot be used. */
export async function readGitHubApp(file: string): Promise<KeptGitHubApp | null> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw new Error(`could not read ${file}: let this user read it, or set APP_ID and the like`, { cause })
  })
  if (text === null) return null
  const parsed = schema.safeParse(json(text))
  if (parsed.success) return parsed.data
  throw new InvalidInputError([
    {
      code: 'github-app-file',
      message: 'does not hold the credentials of a GitHub App',
      location: { file, line: null },
      hint: 'restore it, or remove it and create the App again',
    },
  ])
}

/**
 * Keeps the credentials in a file that only this user can read. It is there whole or not at all, also after a crash. Replaces what
 * was there.
 */
export async function keepGitHubApp(file: string, app: KeptGitHubApp): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(app, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
    await syncFolder(dirname(file))
  } catch (cause) {
    await rm(draft, { force: true })
    throw new Error(`could not write ${file}: see that the folder is writable and has room`, { cause })
  }
}

/** The new name in the folder has to outlive a power cut too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}
