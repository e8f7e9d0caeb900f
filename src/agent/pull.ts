import { randomUUID } from 'node:crypto'
import type { CommandEnvelope } from '../model/command.ts'
import type { RepositoryRef, Revision } from '../model/repository.ts'
import { windowState } from '../repository/sync-windows.ts'
import type { LinkLogger } from './link/link.ts'
import type { AgentPipeline } from './pipeline.ts'
import type { ManagedApplication, State } from './state/state.ts'

export interface PullDependencies {
  readonly state: State
  /** What a branch, tag or HEAD points to now. */
  readonly resolve: (repository: RepositoryRef, name: string, signal: AbortSignal) => Promise<Revision | null>
  readonly pipeline: AgentPipeline
  /** While the server is there it says when to sync, with the reviewed plan at hand; pulling is for when it is gone. */
  readonly serverIsThere: () => boolean
  readonly clock: () => Date
  readonly logger: LinkLogger
}

/**
 * One look at Git for every application that syncs by itself, done while the server is gone: a revision that is neither
 * synced nor known to fail is synced, unless it has to be reviewed. Results stay in the cluster (status, events) until the server is back.
 */
export async function pullOnce(deps: PullDependencies, signal: AbortSignal): Promise<void> {
  if (deps.serverIsThere()) return
  const all = await deps.state.list(signal)
  for (const managed of all) {
    if (signal.aborted) return
    await pullApplication(deps, { managed, all }, signal).catch(cause => {
      if (!signal.aborted)
        deps.logger.warn({ err: cause, application: managed.application.name }, 'could not pull')
    })
  }
}

async function pullApplication(
  deps: PullDependencies,
  { managed, all }: { readonly managed: ManagedApplication; readonly all: readonly ManagedApplication[] },
  signal: AbortSignal,
): Promise<void> {
  const { application, repository, status } = managed
  const source = application.sources[0]
  if (!repository || !source || application.syncPolicy.automated === null) return
  // Whether it is what was reviewed, only the server knows.
  if (application.requireReviewedPlan) return
  const revision = await deps.resolve(repository, source.targetRevision, signal)
  const known = [status.revision, status.failedRevision, status.heldBack?.revision]
  if (revision === null || known.includes(revision)) return
  if (!windowState(application.syncWindows ?? [], application, deps.clock()).isOpen) return
  deps.logger.info({ application: application.name, revision }, 'the server is gone: syncing what Git says')
  await deps.pipeline.execute(pulled(managed, repository, { revision, now: deps.clock(), all }), signal)
}

function pulled(
  managed: ManagedApplication,
  repository: RepositoryRef,
  at: {
    readonly revision: Revision
    readonly now: Date
    readonly all: readonly ManagedApplication[]
  },
): CommandEnvelope {
  const id = randomUUID()
  const deadline = new Date(at.now.getTime() + managed.application.syncPolicy.timeoutSeconds * 1000)
  return {
    id,
    traceId: id,
    deadline: deadline.toISOString(),
    command: {
      kind: 'sync',
      application: managed.application,
      removed: false,
      repository,
      revision: at.revision,
      reviewedDigest: null,
      requireReviewedPlan: false,
      // Which of them changed together only the server knows.
      neighbours: at.all
        .filter(it => it !== managed && it.repository?.cloneUrl === repository.cloneUrl)
        .map(it => ({ application: it.application, removed: false })),
      trigger: 'pulled from Git while the server was away',
    },
  }
}
