import { createHash } from 'node:crypto'
import type { ForgeRepository } from '../../forge/forge.ts'
import type { DriftReport } from '../../model/drift.ts'
import type { JobContext } from '../queue/queue.ts'
import { convergedSentence, driftIssue } from '../report/issues.ts'
import type { IssueText } from '../report/view.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import { filesUrl } from './addresses.ts'
import type { JobDeps } from './deps.ts'
import { type DriftStep, driftStep } from './drift-step.ts'

/** Keeps exactly one open issue for an application and cluster while it drifts, and none while it does not. */
export async function reportDrift(
  deps: JobDeps,
  { report }: { readonly report: DriftReport },
  context: JobContext,
): Promise<void> {
  const name = { name: report.application, cluster: report.cluster }
  const known = await deps.store.applications.named(name)
  const ref = known && (await deps.store.repositories.byKey(known.repository))
  if (!known || !ref) {
    deps.logger.warn({ traceId: context.traceId, ...name }, 'drift of an unknown application was dropped')
    return
  }
  if (known.drift && Date.parse(known.drift.observedAt) > Date.parse(report.observedAt)) return
  const isConverged = report.drifted.length === 0 && report.fight === null
  const since = isConverged ? null : (known.driftSince ?? report.observedAt)
  await deps.store.applications.noteDrift(name, report, since)

  const forge = deps.forges.repository(ref)
  const key = `drift/${report.application}@${report.cluster}`
  const issue = await deps.store.issues.withKey(key)
  const text = driftIssue(
    {
      report,
      since: since ?? report.observedAt,
      selfHeal: known.application.syncPolicy.automated?.selfHeal ?? false,
      filesUrl: report.revision === null ? null : filesUrl(ref, report.revision),
      pageUrl: null,
    },
    forge.maxCommentLength,
  )
  const step = driftStep({
    report,
    application: known,
    issue,
    bodyHash: hashOf(text.body),
    now: deps.clock(),
  })
  await take(deps, { step, forge, known, report, key, text, issue }, context.signal)
}

interface Taking {
  readonly step: DriftStep
  readonly forge: ForgeRepository
  readonly known: ApplicationRecord
  readonly report: DriftReport
  readonly key: string
  readonly text: IssueText
  readonly issue: IssueRecord | null
}

async function take(deps: JobDeps, taking: Taking, signal: AbortSignal): Promise<void> {
  const { step, forge, known, report, key, text, issue } = taking
  const now = deps.clock().toISOString()
  const record: IssueRecord = {
    key,
    kind: 'drift',
    repository: known.repository,
    application: report.application,
    cluster: report.cluster,
    number: issue?.number ?? null,
    url: issue?.url ?? null,
    state: 'open',
    bodyHash: hashOf(text.body),
    openedAt: issue?.openedAt ?? now,
    closedAt: null,
  }
  const { title, body } = text
  switch (step.kind) {
    case 'none':
      return
    case 'open': {
      const created = await forge.createIssue(key, { ...text, assignees: [] }, signal)
      // It may be one that was opened before and forgotten, or closed within the week.
      const { number, url } = await forge.updateIssue(created.number, { title, body, state: 'open' }, signal)
      await deps.store.issues.save({ ...record, number, url, openedAt: now })
      return
    }
    case 'edit':
      await forge.updateIssue(step.number, { title, body }, signal)
      await deps.store.issues.save(record)
      return
    case 'reopen':
      await say(
        forge,
        { on: step.number, key: `drifts-${report.observedAt}`, body: 'It drifts again.' },
        signal,
      )
      await forge.updateIssue(step.number, { title, body, state: 'open' }, signal)
      await deps.store.issues.save(record)
      return
    case 'close': {
      const sentence = convergedSentence(report, report.observedAt)
      await say(forge, { on: step.number, key: `converged-${report.observedAt}`, body: sentence }, signal)
      await forge.updateIssue(step.number, { state: 'closed' }, signal)
      await deps.store.issues.save({
        ...record,
        bodyHash: issue?.bodyHash ?? null,
        state: 'closed',
        closedAt: now,
      })
    }
  }
}

async function say(
  forge: ForgeRepository,
  comment: { readonly on: number; readonly key: string; readonly body: string },
  signal: AbortSignal,
): Promise<void> {
  await forge.upsertComment({ ...comment, knownId: null, createWhenMissing: true }, signal)
}

function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex')
}
