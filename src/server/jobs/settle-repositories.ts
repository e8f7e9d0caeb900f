import type { Forge, RepositoryFacts } from '../../forge/forge.ts'
import { type RepositoryRef, repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { RepositoryRecord } from '../store/records/repositories.ts'
import type { JobDeps } from './deps.ts'

/**
 * Brings what we know of a forge's repositories to what it says now: new names, archived ones, those that we were taken away from and
 * those that are back. Returns the ones that we reach. Whatever is known of the others is kept.
 */
export async function settleRepositories(
  deps: JobDeps,
  forge: Forge,
  { signal, traceId }: JobContext,
): Promise<readonly RepositoryFacts[]> {
  const facts = await forge.repositories(signal)
  const known = (await deps.store.repositories.all()).filter(
    it => it.ref.forge === forge.kind && it.ref.host === forge.host,
  )
  const byId = new Map(known.map(it => [it.forgeId, it]))
  for (const it of facts) {
    const before = byId.get(it.id)
    if (!before || !isSame(before, it)) await keepFacts(deps, it, traceId)
  }
  const ids = new Set(facts.map(it => it.id))
  const names = new Set(facts.map(it => repositoryKey(it.ref)))
  for (const record of known) {
    const isListed = record.forgeId === null ? names.has(record.key) : ids.has(record.forgeId)
    if (!isListed) await endRepository(deps, record, traceId)
  }
  return facts
}

/** One of them may have moved: asks where it is. */
export async function settleRepository(
  deps: JobDeps,
  ref: RepositoryRef,
  { signal, traceId }: JobContext,
): Promise<void> {
  const forge = deps.forges.all.find(it => it.kind === ref.forge && it.host === ref.host)
  if (!forge) return
  const facts = await forge.facts(ref.fullName, signal)
  if (facts) return keepFacts(deps, facts, traceId)
  const record = await deps.store.repositories.current(ref)
  if (record) await endRepository(deps, record, traceId)
}

function isSame(record: RepositoryRecord, facts: RepositoryFacts): boolean {
  return (
    record.key === repositoryKey(facts.ref) &&
    record.ref.cloneUrl === facts.ref.cloneUrl &&
    record.defaultBranch === facts.defaultBranch &&
    record.access === facts.access
  )
}

async function keepFacts(deps: JobDeps, facts: RepositoryFacts, traceId: string): Promise<void> {
  const before = await deps.store.repositories.current(facts.ref)
  const { renamedFrom } = await deps.store.transaction(records => records.repositories.note(facts, 'read'))
  const log = { traceId, repository: facts.ref.fullName }
  if (renamedFrom) deps.logger.info({ ...log, renamedFrom }, 'a repository has a new name')
  if (!before || before.access === facts.access) return
  const { access } = facts
  deps.logger.info({ ...log, access }, 'what we may do in a repository changed')
}

/** Uninstalled, suspended, deleted or transferred to somebody without us: its work ends, what agents deployed stays. */
async function endRepository(deps: JobDeps, record: RepositoryRecord, traceId: string): Promise<void> {
  if (record.access === 'none') return
  await deps.store.transaction(async records => {
    await records.repositories.setAccess(record.key, 'none')
    await records.commands.withdrawPlansOf(record.key)
  })
  const log = { traceId, repository: record.ref.fullName }
  deps.logger.info(
    log,
    'a repository is out of reach: nothing is done for it until Plumbline is installed there again',
  )
}
