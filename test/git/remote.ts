import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A repository on disk that plays the remote. */
export interface Remote {
  readonly folder: string
  readonly cloneUrl: string
  git(...args: readonly string[]): Promise<string>
  /** Writes files (null removes one, `-> target` makes a symlink), commits on the current branch, returns the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array | null>>, message?: string): Promise<string>
}

export async function createRemote(): Promise<Remote> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-remote-'))
  const git = async (...args: readonly string[]) => {
    const { stdout } = await run('git', ['-c', 'core.autocrlf=false', ...args], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ada',
        GIT_AUTHOR_EMAIL: 'ada@example.com',
        GIT_COMMITTER_NAME: 'Ada',
        GIT_COMMITTER_EMAIL: 'ada@example.com',
      },
    })
    return stdout.trim()
  }
  await git('init', '--quiet', '--initial-branch=main')
  return {
    folder,
    cloneUrl: pathToFileURL(folder).href,
    git,
    async commit(files, message = 'change') {
      for (const [path, content] of Object.entries(files)) await put(join(folder, path), content)
      await git('add', '--all', '--force')
      await git('commit', '--quiet', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    },
  }
}

async function put(file: string, content: string | Uint8Array | null): Promise<void> {
  await rm(file, { recursive: true, force: true })
  if (content === null) return
  await mkdir(dirname(file), { recursive: true })
  if (typeof content === 'string' && content.startsWith('-> ')) await symlink(content.slice(3), file)
  else await writeFile(file, content)
}
