import type { ForgeRepository } from '../../forge/forge.ts'
import type { GitRepository } from '../../git/repository.ts'
import { type Application, applicationKey } from '../../model/application.ts'
import type { Revision } from '../../model/repository.ts'
import { findApplications } from '../../repository/find-applications.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import { no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'

export interface AtHead {
  readonly git: GitRepository
  readonly revision: Revision
  readonly application: Application
}

/** An application as the head of its branch defines it now. Rejects with GitError and ForgeError. */
export async function applicationAtHead(
  deps: JobDeps,
  { known, forge }: { readonly known: ApplicationRecord; readonly forge: ForgeRepository },
  signal: AbortSignal,
): Promise<AtHead | Outcome> {
  const git = await deps.git.open(forge.ref.cloneUrl)
  const credential = await forge.gitCredential(signal)
  const revision = await git.resolveRemote(`refs/heads/${known.branch}`, credential, signal)
  if (revision === null) return no('The branch that it is read from is gone.')
  await git.fetch([revision], credential, signal)
  const from = { repository: git, treeish: revision, memory: deps.readings }
  const { applications } = await findApplications(from, known.settings, signal)
  const application = applications.find(it => applicationKey(it) === applicationKey(known.application))
  if (!application) return no('Its Application document is not on the branch any more, or has a mistake.')
  return { git, revision, application }
}
