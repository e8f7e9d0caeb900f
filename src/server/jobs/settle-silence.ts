import { driftPolicyOf } from '../../repository/drift-policy.ts'
import type { JobContext } from '../queue/queue.ts'
import { heardAgainSentence, silenceIssue, silentAgainSentence } from '../report/silence-issue.ts'
import type { IssueText } from '../report/view.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import type { JobDeps } from './deps.ts'
import { type Fact, fact, newSince } from './drift-facts.ts'
import { issueStep } from './issue-step.ts'
import { hashOf, unlessGone } from './settle-drift.ts'
import { isSilent, silencePatience } from './silence.ts'
import { takeIssueStep } from './take-issue-step.ts'

/** A cluster, as far as one repository is concerned with it. */
export interface ClusterOf {
  /** Key of the repository. */
  readonly repository: string
  readonly cluster: string
}

export function silenceKey({ repository, cluster }: ClusterOf): string {
  return `cluster-silent/${repository}/${cluster}`
}

/** What there is to know before people are told. */
export interface Silence {
  readonly record: ClusterRecord | null
  /** Of this repository, on this cluster, that want issues. */
  readonly applications: readonly ApplicationRecord[]
  readonly waitingSyncs: number
  readonly isSilent: boolean
}

/** One open issue in each repository while a cluster that holds its applications is not heard of, and none else. */
export async function settleSilence(deps: JobDeps, of: ClusterOf, context: JobContext): Promise<void> {
  const key = silenceKey(of)
  const ref = await deps.store.repositories.byKey(of.repository)
  if (!ref) return
  const forge = deps.forges.repository(ref)
  const issue = await deps.store.issues.withKey(key)
  const { record, applications, waitingSyncs, isSilent } = await silenceOf(deps, of, issue)
  const write = (limit: number): IssueText =>
    silenceIssue(
      {
        cluster: of.cluster,
        lastSeen: record?.lastSeen ?? null,
        applications: applications.map(it => it.application.name),
        waitingSyncs,
      },
      limit,
    )
  const situation = {
    facts: isSilent ? [silenceFact(record)] : [],
    isUrgent: true,
    since: deps.clock(),
    selfHeal: false,
    policy: { issue: true, reportAfterSeconds: 0, muteUntil: null },
    issue,
    bodyHash: hashOf(write(forge.maxCommentLength)),
  }
  const isHeard = record?.lastSeen && !record.revoked && applications.length > 0
  const about = { ...of, key, kind: 'cluster-silent', application: '' } as const
  const step = issueStep(situation, deps.clock())
  await unlessGone(deps, issue, () =>
    takeIssueStep(
      deps,
      {
        ...situation,
        step,
        forge,
        about,
        write,
        labels: [],
        closing: heardAgainSentence(
          of.cluster,
          isHeard ? { kind: 'heard', at: record.lastSeen } : { kind: 'not-awaited' },
        ),
        reopening: () => silentAgainSentence,
      },
      context.signal,
    ),
  )
}

/** `issue` is the one about it, as we left it. */
export async function silenceOf(
  deps: JobDeps,
  { repository, cluster }: ClusterOf,
  issue: IssueRecord | null,
): Promise<Silence> {
  const { store } = deps
  const now = deps.clock()
  const record = await store.clusters.named(cluster)
  const applications = (await store.applications.onCluster(cluster)).filter(
    it => it.repository === repository && wantsIssue(it, cluster, now),
  )
  const names = new Set(applications.map(it => it.application.name))
  const waiting = (await store.commands.unanswered(cluster)).filter(
    it => it.command.kind === 'sync' && names.has(it.application),
  )
  const silent =
    applications.length > 0 &&
    isSilent(record, {
      patienceSeconds: silencePatience(applications, record?.lastSeen ?? null),
      now,
      startedAt: deps.startedAt,
      awaitedSince: waiting[0]?.createdAt ?? null,
      isTold: tells(issue, silenceFact(record)),
    })
  return { record, applications, waitingSyncs: waiting.length, isSilent: silent }
}

function silenceFact(record: ClusterRecord | null): Fact {
  return fact(['cluster'], record?.lastSeen ?? null, silentAgainSentence)
}

/** Whether an issue says just this, and is open or was closed by somebody who accepted it. */
function tells(issue: IssueRecord | null, it: Fact): boolean {
  const told = issue?.state === 'open' ? issue.memory?.shown : issue?.memory?.accepted
  return newSince(told ?? {}, [it]).length === 0
}

function wantsIssue({ application, settings }: ApplicationRecord, cluster: string, now: Date): boolean {
  const { issue, muteUntil } = driftPolicyOf(settings.drift, { name: application.name, cluster })
  return issue && (muteUntil === null || Date.parse(muteUntil) <= now.getTime())
}
