import { tmpdir } from 'node:os'
import { runGit } from './git-process.ts'
import { GitError } from './repository.ts'

/** The first with `merge-tree --write-tree` (October 2022). */
const oldest = { major: 2, minor: 38 }

/** Rejects with what to install when git is missing or too old. */
export async function checkGitVersion(): Promise<void> {
  const { stdout } = await runGit({
    folder: tmpdir(),
    args: ['version'],
    attempted: 'run git',
    signal: new AbortController().signal,
    timeoutSeconds: 10,
  })
  const found = stdout.toString('utf8').trim()
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(found) ?? []
  const fine =
    Number(major) > oldest.major || (Number(major) === oldest.major && Number(minor) >= oldest.minor)
  if (fine) return
  throw new GitError(
    'failed',
    `git ${oldest.major}.${oldest.minor} or newer is needed, but this is "${found}"; install a newer one`,
    false,
  )
}
