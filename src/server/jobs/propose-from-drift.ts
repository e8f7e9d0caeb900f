import { createHash } from 'node:crypto'
import { ForgeError, type ForgeRepository, type ProposedFile } from '../../forge/forge.ts'
import { type Revision, repositoryKey } from '../../model/repository.ts'
import type { ApplicationName } from '../store/records/applications.ts'
import type { JobDeps } from './deps.ts'

export type ProposalKind = 'adopt' | 'ignore'

export interface DriftProposal {
  readonly kind: ProposalKind
  readonly application: ApplicationName
  /** That asked for it: the same comment gives the same pull request, however often the job is done. */
  readonly commentId: string
  readonly baseRef: string
  readonly parent: Revision
  readonly files: readonly ProposedFile[]
  readonly title: string
  readonly body: string
}

interface Opened {
  readonly number: number
  readonly url: string
}

export type Proposed =
  | ({ readonly kind: 'proposed' } & Opened)
  | ({ readonly kind: 'open-already' } & Opened)
  /** Why not: the end of a sentence. */
  | { readonly kind: 'impossible'; readonly reason: string }

/** Opens a pull request that settles drift, unless one of its kind is open for the application. Rejects with ForgeError that may pass. */
export async function proposeFromDrift(
  deps: JobDeps,
  forge: ForgeRepository,
  proposal: DriftProposal,
  signal: AbortSignal,
): Promise<Proposed> {
  const { kind, application, baseRef, parent, files, title, body } = proposal
  const bodyHash = createHash('sha256').update(`${proposal.commentId}\n${body}`).digest('hex')
  const known = await openProposal(deps, forge, proposal, signal)
  if (known) {
    const { number, url } = known
    return { kind: known.bodyHash === bodyHash ? 'proposed' : 'open-already', number, url }
  }
  try {
    const branch = branchOf(proposal)
    const opened = await forge.proposeChange({ branch, baseRef, parent, files, title, body }, signal)
    await deps.store.issues.save({
      key: keyOf(kind, application),
      kind,
      repository: repositoryKey(forge.ref),
      application: application.name,
      cluster: application.cluster,
      ...opened,
      state: 'open',
      bodyHash,
      openedAt: deps.clock().toISOString(),
      closedAt: null,
    })
    return { kind: 'proposed', ...opened }
  } catch (error) {
    if (!(error instanceof ForgeError) || error.retry.kind === 'after') throw error
    deps.logger.warn({ err: error, ...application, proposal: kind }, 'no pull request was opened')
    return { kind: 'impossible', reason: reasonOf(error) }
  }
}

function reasonOf(error: ForgeError): string {
  if (error.code === 'forbidden') {
    return 'Plumbline may not push branches or open pull requests here; whoever installed it can let it write to contents and pull requests'
  }
  return error.message
}

/** The one that is open for an application; what was merged or closed is not. */
export async function openProposal(
  deps: JobDeps,
  forge: ForgeRepository,
  { kind, application }: Pick<DriftProposal, 'kind' | 'application'>,
  signal: AbortSignal,
): Promise<(Opened & { readonly bodyHash: string | null }) | null> {
  const known = await deps.store.issues.withKey(keyOf(kind, application))
  if (!known?.number || !known.url || known.repository !== repositoryKey(forge.ref)) return null
  try {
    const { state } = await forge.pullRequest(known.number, signal)
    return state === 'open' ? { number: known.number, url: known.url, bodyHash: known.bodyHash } : null
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null
    throw error
  }
}

function keyOf(kind: ProposalKind, { name, cluster }: ApplicationName): string {
  return `${kind}/${name}@${cluster}`
}

/** A new one for each comment: a branch of an earlier proposal may still be there, with what it said then. */
function branchOf({ kind, application: { name, cluster }, commentId }: DriftProposal): string {
  const plain = name.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 50)
  const mark = createHash('sha256').update(`${name}@${cluster}/${commentId}`).digest('hex').slice(0, 8)
  return `plumbline/${kind}-${plain}-${mark}`
}
