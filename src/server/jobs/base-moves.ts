import type { GitRepository } from '../../git/repository.ts'
import { type Application, applicationKey } from '../../model/application.ts'
import type { RepositoryRef, Revision } from '../../model/repository.ts'
import { affectedApplications } from '../../repository/affected-applications.ts'
import type { ReadingMemory } from '../../repository/reading-memory.ts'
import type { PlanRecord } from '../store/records/plans.ts'
import { type ChangeReading, readChange } from './read-change.ts'

/** Where a branch is by now. */
export interface BaseMove {
  readonly git: GitRepository
  readonly ref: RepositoryRef
  readonly branch: { readonly name: string; readonly isDefault: boolean }
  readonly tip: Revision
  readonly readings: ReadingMemory
}

/** What the commits that came to a branch mean to plans that were made before. */
export interface BaseMoves {
  /** Whether a plan might be another one by now. Its commits have to be fetched. Rejects with GitError only. */
  outdates(plan: PlanRecord, signal: AbortSignal): Promise<boolean>
}

export function createBaseMoves(move: BaseMove): BaseMoves {
  const { git, ref, branch, tip, readings } = move
  /** Plans of one branch were mostly made at the same commits. */
  const readingsSince = new Map<Revision, Promise<ChangeReading>>()

  function since(base: Revision, signal: AbortSignal): Promise<ChangeReading> {
    const known = readingsSince.get(base)
    if (known) return known
    const reading = readChange({ git, ref, before: base, after: tip, branch }, signal, readings)
    readingsSince.set(base, reading)
    return reading
  }

  /** Applications that the branch changed: does the pull request touch them now, which it did not before? */
  async function touchesAny(
    changed: readonly Application[],
    mergedTree: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    const touched = await affectedApplications({
      repository: git,
      ref,
      base: tip,
      head: mergedTree,
      baseApplications: changed,
      headApplications: changed,
      changedFiles: await git.changedFiles(tip, mergedTree, signal),
      branch,
      memory: readings,
      signal,
    })
    return touched.length > 0
  }

  return {
    async outdates(plan, signal) {
      const hadConflict = plan.problems.some(it => it.code === 'merge-conflict')
      const merged = await git.merge(tip, plan.head, signal)
      if (merged.kind === 'conflict') return !hadConflict
      if (hadConflict) return true
      const { affected, settingsAfter } = await since(plan.base, signal)
      if (JSON.stringify(settingsAfter) !== JSON.stringify(plan.settings)) return true
      if (affected.length === 0) return false
      const planned = new Set(plan.applications.map(it => applicationKey(it.application)))
      if (affected.some(it => planned.has(applicationKey(it.application)))) return true
      // A document that was broken for all may have been mended.
      if (plan.problems.length > 0 && affected.some(it => it.reason === 'definition')) return true
      const changed = affected.filter(it => !it.removed).map(it => it.application)
      return touchesAny(changed, merged.tree, signal)
    },
  }
}
