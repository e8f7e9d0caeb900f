import { ForgeError } from '../../forge/forge.ts'
import type { JobContext } from '../queue/queue.ts'
import type { JobDeps } from './deps.ts'
import { tellsBehind } from './drift-facts.ts'
import { statefulKinds } from './note-issue.ts'

/** Looks at drift whose time has come, should the job that was to do so be lost, and at commits that are long in coming, or came. */
export async function sweepDrift(deps: JobDeps, { traceId }: JobContext): Promise<void> {
  const now = deps.clock().toISOString()
  const { applications, syncs } = deps.store
  const told = (await deps.store.issues.followed(['drift']))
    .filter(it => tellsBehind(it.memory?.shown ?? {}))
    .map(it => ({ name: it.application, cluster: it.cluster }))
  const due = [...(await applications.driftDueBefore(now)), ...(await syncs.unsyncedBefore(now)), ...told]
  for (const { name, cluster } of new Map(due.map(it => [`${it.name}@${it.cluster}`, it])).values()) {
    await deps.queue.enqueue(deps.store, { traceId, job: { kind: 'drift-due', application: name, cluster } })
  }
}

/** Finds what people did to our issues while nobody listened. */
export async function sweepIssues(deps: JobDeps, { traceId, signal }: JobContext): Promise<void> {
  for (const issue of await deps.store.issues.followed(statefulKinds)) {
    const ref = await deps.store.repositories.byKey(issue.repository)
    if (!ref || issue.number === null) continue
    const forge = deps.forges.repository(ref)
    const seen = await unlessNotFound(forge.issue(issue.number, signal))
    if (seen?.state === issue.state) continue
    await deps.queue.enqueue(deps.store, { traceId, job: { kind: 'issue-moved', issue: issue.key } })
  }
}

async function unlessNotFound<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null
    throw error
  }
}
