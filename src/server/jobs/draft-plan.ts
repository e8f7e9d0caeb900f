import type { ForgeRepository, PullRequest } from '../../forge/forge.ts'
import type { Problem } from '../../model/problem.ts'
import { readSettings } from '../../repository/settings.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import type { PullRequestRecord } from '../store/records/pull-requests.ts'
import type { JobDeps } from './deps.ts'
import { type ChangeReading, readChange } from './read-change.ts'

/** What a plan is about, before any agent is asked. */
export type PlanDraft = Pick<ChangeReading, 'affected' | 'problems'> &
  Pick<PlanRecord, 'settings' | 'awaitsMaintainer'>

/** What is planned: a pull request, or the commit of a merge group. */
export interface Subject {
  readonly forge: ForgeRepository
  readonly pullRequest: Pick<PullRequest, 'head' | 'base' | 'baseRef' | 'fromFork'>
  readonly record: PullRequestRecord
}

/** Reads what a head touches, merged onto its base. */
export async function draftPlan(
  deps: JobDeps,
  { forge, pullRequest, record }: Subject,
  signal: AbortSignal,
): Promise<PlanDraft> {
  const { base, head, baseRef } = pullRequest
  const git = await deps.git.open(forge.ref.cloneUrl)
  await git.fetch([base, head], await forge.gitCredential(signal), signal)
  const { settings } = await readSettings(git, base, signal)
  const nothing = { settings, affected: [], problems: [], awaitsMaintainer: false }
  if (pullRequest.fromFork && settings.plan.forks === 'never') {
    return { ...nothing, problems: [forksAreNotPlanned] }
  }
  const merged = await git.merge(base, head, signal)
  if (merged.kind === 'conflict') return { ...nothing, problems: [conflict(baseRef, merged.files)] }
  const branch = { name: baseRef, isDefault: (await forge.defaultBranch(signal)) === baseRef }
  const reading = await readChange(
    { git, ref: forge.ref, before: base, after: merged.tree, branch },
    signal,
    deps.readings,
  )
  const draft = {
    settings: reading.settingsInForce,
    affected: reading.affected,
    problems: reading.problems,
    awaitsMaintainer: false,
  }
  const waits = pullRequest.fromFork && record.permittedHead !== head && reading.affected.length > 0
  return waits ? { ...draft, affected: [], awaitsMaintainer: true } : draft
}

const forksAreNotPlanned: Problem = {
  code: 'fork-not-planned',
  message: 'pull requests from forks are not planned in this repository',
  location: null,
  hint: 'push the branch to this repository to have it planned',
}

function conflict(baseRef: string, files: readonly string[]): Problem {
  const [first] = files
  const named = files.slice(0, 10).join(', ')
  return {
    code: 'merge-conflict',
    message: `this branch conflicts with ${baseRef}${named ? ` in ${named}` : ''}, so there is no merge result to plan`,
    location: first === undefined ? null : { file: first, line: null },
    hint: `merge or rebase onto ${baseRef}`,
  }
}
