import { createHash } from 'node:crypto'
import { ForgeError } from '../../forge/forge.ts'
import { convergedSentence, driftIssue, removedSentence, reopenedSentence } from '../report/drift-issue.ts'
import type { IssueText } from '../report/view.ts'
import type { JobContext } from '../queue/queue.ts'
import type { ApplicationName, ApplicationRecord } from '../store/records/applications.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import { applicationUrl, filesUrl } from './addresses.ts'
import { behindOf } from './behind.ts'
import type { JobDeps } from './deps.ts'
import { tellsBehind } from './drift-facts.ts'
import { type DriftPicture, driftPicture } from './drift-picture.ts'
import { issueStep } from './issue-step.ts'
import { isUnheardOf } from './silence.ts'
import { closeIssue, takeIssueStep } from './take-issue-step.ts'

/** The label that a drift issue carries while something of weight drifts. */
const highLabel = 'drift-high'

/**
 * Brings the drift issue of one application in line with what is known of it: exactly one open issue while it drifts, none while it
 * does not. Everything is read anew, so that it may be asked at any time, late or twice; the queue does it one at a time.
 */
export async function settleDrift(deps: JobDeps, name: ApplicationName, context: JobContext): Promise<void> {
  const { store } = deps
  const known = await store.applications.named(name)
  const key = `drift/${name.name}@${name.cluster}`
  const issue = await store.issues.withKey(key)
  if (!known || (issue && issue.repository !== known.repository)) {
    // It is gone, or another repository's now, which has an issue of its own.
    if (issue) await closeRemoved(deps, issue, context.signal)
    if (!known) return
  }
  const ref = await store.repositories.byKey(known.repository)
  if (!ref) return
  const ours = issue?.repository === known.repository ? issue : null
  const forge = deps.forges.repository(ref)
  const picture = await pictureOf(deps, known, ours)
  const { report, since, selfHeal, isHigh, view } = picture
  const write = (limit: number): IssueText =>
    driftIssue(
      {
        report,
        since: since.toISOString(),
        selfHeal,
        filesUrl: report.revision === null ? null : filesUrl(ref, report.revision),
        pageUrl: applicationUrl(deps.publicUrl, known.page),
        ...view,
      },
      limit,
    )
  const situation = { ...picture, issue: ours, bodyHash: hashOf(write(forge.maxCommentLength)) }
  const step = issueStep(situation, deps.clock())
  const about = {
    key,
    kind: 'drift',
    repository: known.repository,
    application: name.name,
    cluster: name.cluster,
  } as const
  const closing = convergedSentence(
    { ...report, stillDiffering: report.drifted.length },
    lastMoved(known) ?? deps.clock().toISOString(),
  )
  const outcome = await orSweptLater(
    deps,
    name,
    unlessGone(deps, ours, () =>
      takeIssueStep(
        deps,
        {
          ...situation,
          step,
          forge,
          about,
          write,
          labels: isHigh ? [highLabel] : [],
          closing,
          reopening: reopenedSentence,
        },
        context.signal,
      ),
    ),
  )
  const at = outcome !== 'done' ? deps.clock() : step.kind === 'later' ? step.at : null
  await lookAgain(deps, known, { at, traceId: context.traceId })
}

/** Should this job be given up while the forge is away, the sweep goes on with it. */
async function orSweptLater<T>(deps: JobDeps, name: ApplicationName, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    await deps.store.applications.setDriftDue(name, deps.clock().toISOString())
    throw error
  }
}

/** When it was seen to move last, by drift or by a sync. */
function lastMoved({ drift, syncedAt }: ApplicationRecord): string | null {
  return (
    [drift?.observedAt ?? null, syncedAt]
      .filter(it => it !== null)
      .toSorted()
      .at(-1) ?? null
  )
}

async function closeRemoved(deps: JobDeps, issue: IssueRecord, signal: AbortSignal): Promise<void> {
  const ref = await deps.store.repositories.byKey(issue.repository)
  if (ref)
    await closeIssue(
      deps,
      { forge: deps.forges.repository(ref), issue, body: removedSentence(issue) },
      signal,
    )
}

/** Somebody deleted the issue: with the next look it is opened anew. */
export async function unlessGone<T>(
  deps: JobDeps,
  issue: IssueRecord | null,
  work: () => Promise<T>,
): Promise<T | 'gone'> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== 'not-found' || !issue?.number) throw error
    const closedAt = deps.clock().toISOString()
    await deps.store.issues.save({ ...issue, number: null, url: null, state: 'closed', closedAt })
    return 'gone'
  }
}

export function hashOf({ title, body }: IssueText): string {
  return createHash('sha256').update(`${title}\n${body}`).digest('hex')
}

async function pictureOf(
  deps: JobDeps,
  known: ApplicationRecord,
  issue: IssueRecord | null,
): Promise<DriftPicture> {
  const { store } = deps
  const { repository, application } = known
  const { name, destination } = application
  const [sync = null] = await store.syncs.ofApplication({ repository, name, cluster: destination.cluster }, 1)
  const command = sync?.commandId ? await store.commands.byId(sync.commandId) : null
  const pull = sync?.pullRequest ? await store.pullRequests.numbered(repository, sync.pullRequest) : null
  const cluster = await store.clusters.named(destination.cluster)
  const now = deps.clock()
  const hasAgent = !isUnheardOf(cluster, deps.patience.silence, now)
  const { policy } = driftPicture(known, { behind: null, isSilent: false })
  const isTold = issue?.state === 'open' && tellsBehind(issue.memory?.shown ?? {})
  const pullRequest = pull && { number: pull.number, url: pull.url }
  const behind = behindOf({ sync, command, hasAgent, policy, pullRequest, isTold }, now)
  return driftPicture(known, { behind, isSilent: !hasAgent && !isTold })
}

/** Durable: the moment is in the store too, for the sweep to find should the job be lost. */
async function lookAgain(
  deps: JobDeps,
  known: ApplicationRecord,
  { at, traceId }: { readonly at: Date | null; readonly traceId: string },
): Promise<void> {
  const { name, destination } = known.application
  const target = { name, cluster: destination.cluster }
  const due = at?.toISOString() ?? null
  if (due === known.driftDue && (at === null || at > deps.clock())) return
  await deps.store.transaction(async records => {
    await records.applications.setDriftDue(target, due)
    if (!at) return
    const afterSeconds = (at.getTime() - deps.clock().getTime()) / 1000
    const job = { kind: 'drift-due', application: target.name, cluster: target.cluster } as const
    await deps.queue.enqueue(records, { traceId, job }, afterSeconds > 0 ? { afterSeconds } : {})
  })
}
