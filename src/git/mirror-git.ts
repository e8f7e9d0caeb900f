import { isRevision } from '../model/repository.ts'
import { type GitOutput, type GitRun, runGit } from './git-process.ts'
import { GitError } from './repository.ts'

/** One bare mirror on disk, and how git is run on it. */
export interface Mirror {
  readonly folder: string
  readonly url: URL
  /** As GIT_ALLOW_PROTOCOL takes it. */
  readonly allowedProtocols: string
}

export type MirrorRun = Omit<GitRun, 'folder'>

export function runInMirror(mirror: Mirror, run: MirrorRun): Promise<GitOutput> {
  return runGit({
    ...run,
    folder: mirror.folder,
    // Named, so that git neither searches for a repository nor asks whose folder it is.
    environment: { GIT_DIR: mirror.folder, ...run.environment },
  })
}

/** For what may reach the remote; every other run is refused any protocol. */
export function runOverNetwork(mirror: Mirror, run: MirrorRun): Promise<GitOutput> {
  return runInMirror(mirror, {
    ...run,
    environment: { ...run.environment, GIT_ALLOW_PROTOCOL: mirror.allowedProtocols },
  })
}

/** Names never reach git: they could be options, or mean something else a moment later. */
export function checkTreeish(...treeishes: readonly string[]): void {
  const wrong = treeishes.find(it => !isRevision(it))
  if (wrong !== undefined) throw new GitError('invalid', `"${wrong}" is not a commit or tree SHA`, false)
}

/** The parts of output made with `-z`. */
export function zeroSeparated(text: string): readonly string[] {
  const parts = text.split('\0')
  if (parts.at(-1) === '') parts.pop()
  return parts
}
