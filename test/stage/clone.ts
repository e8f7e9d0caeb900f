import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { User } from '../simulator/github/state.ts'
import type { Stage } from './stage.ts'

const run = promisify(execFile)

/** A clone of the guestbook's repository over HTTP, as one person has it on their laptop. */
export interface Clone {
  readonly folder: string
  /** Runs git in it. */
  git(...args: readonly string[]): Promise<string>
}

export async function cloneAs(stage: Stage, user: User): Promise<Clone> {
  const { simulator, repository } = stage.github
  const folder = await mkdtemp(join(stage.folder, 'clone-'))
  const url = new URL(`${simulator.url}/${repository.owner.login}/${repository.name}.git`)
  url.username = user.login
  url.password = simulator.tokenFor(user)
  const git = async (...args: readonly string[]) => {
    const identity = ['-c', `user.name=${user.name}`, '-c', `user.email=${user.email}`]
    const { stdout } = await run('git', [...identity, ...args], { cwd: folder })
    return stdout.trim()
  }
  await git('clone', '--quiet', url.href, '.')
  return { folder, git }
}
