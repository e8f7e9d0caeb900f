import type { GitRepository } from '../../git/repository.ts'
import type { Application } from '../../model/application.ts'
import type { Problem } from '../../model/problem.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import { defaultSettings, type Settings } from '../../model/settings.ts'
import { type Affected, affectedApplications } from '../../repository/affected-applications.ts'
import { findApplications } from '../../repository/find-applications.ts'
import { createReadingMemory } from '../../repository/reading-memory.ts'
import { followsBranch, isInRepository, sourcesInRepository } from '../../repository/same-repository.ts'
import { readSettings } from '../../repository/settings.ts'

export interface Change {
  readonly git: GitRepository
  readonly ref: RepositoryRef
  /** Commit or tree before; null when there was none. */
  readonly before: string | null
  /** Commit or tree after: of a pull request, its merge result. */
  readonly after: string
  readonly branch: { readonly name: string; readonly isDefault: boolean }
}

/** What a change means for applications. */
export interface ChangeReading {
  /**
   * What counts for this change: what stood before it, for a change cannot give itself more. When nobody can read that, a person
   * decides about everything, though the change mends it.
   */
  readonly settingsInForce: Settings
  readonly settingsAfter: Settings
  /** What is wrong afterwards in `.plumbline.yaml` and in Application documents. */
  readonly problems: readonly Problem[]
  readonly affected: readonly Affected[]
  /** Every application that the branch defines afterwards. */
  readonly applications: readonly Application[]
}

/**
 * Reads both sides of a change. A document that is broken afterwards is a problem and nothing else: its application
 * counts neither as changed nor as removed, though it moved to another file. Rejects with GitError only.
 */
export async function readChange(
  change: Change,
  signal: AbortSignal,
  memory = createReadingMemory(),
): Promise<ChangeReading> {
  const { git, ref, branch, after } = change
  const before = change.before ?? emptyTree(after)
  const oldSettings = await readSettings(git, before, signal)
  const newSettings = await readSettings(git, after, signal)
  const settingsAfter = newSettings.problems.length > 0 ? oldSettings.settings : newSettings.settings
  const oldFound = await findApplications(
    { repository: git, treeish: before, memory },
    oldSettings.settings,
    signal,
  )
  const newFound = await findApplications({ repository: git, treeish: after, memory }, settingsAfter, signal)
  const inForce = change.before === null ? newSettings : oldSettings
  const concerning = (applications: readonly Application[]) =>
    applications.map(it => underCurrentUrl(it, ref)).filter(it => concernsBranch(it, ref, branch))
  const changedFiles = await git.changedFiles(before, after, signal)
  const affected = await affectedApplications({
    repository: git,
    ref,
    base: before,
    head: after,
    baseApplications: concerning(oldFound.applications),
    headApplications: concerning(newFound.applications),
    changedFiles,
    branch,
    memory,
    signal,
  })
  const broken = new Set(newFound.problems.map(it => it.location?.file))
  // What this change broke may be any application that it seems to remove.
  const isUncertain = changedFiles.some(file => broken.has(file))
  return {
    settingsInForce:
      inForce.problems.length === 0
        ? inForce.settings
        : cautiousSettings([...oldFound.applications, ...newFound.applications]),
    settingsAfter,
    problems: [...newSettings.problems, ...newFound.problems],
    affected: affected.filter(
      it => !it.removed || !(isUncertain || broken.has(it.application.definedIn?.file)),
    ),
    applications: concerning(newFound.applications),
  }
}

/** Whether approvals or a review were wanted, nobody knows. */
function cautiousSettings(applications: readonly Application[]): Settings {
  const clusters = new Set(applications.map(it => it.destination.cluster))
  return {
    ...defaultSettings,
    plan: { requireReviewedPlan: true, forks: 'ask' },
    environments: [...clusters].map(name => ({ name, approvals: 1 })),
  }
}

/** A document that names the repository as it was called before means it still. */
function underCurrentUrl(
  application: Application,
  { cloneUrl, formerUrls = [] }: RepositoryRef,
): Application {
  if (formerUrls.length === 0) return application
  const isFormer = (source: Application['sources'][number]): boolean =>
    source.repoURL !== '.' && formerUrls.some(url => isInRepository(source, url))
  if (!application.sources.some(isFormer)) return application
  const sources = application.sources.map(it => (isFormer(it) ? { ...it, repoURL: cloneUrl } : it))
  return { ...application, sources }
}

/** An application that reads this repository, yet only other branches of it, is those branches' business. */
function concernsBranch(application: Application, ref: RepositoryRef, branch: Change['branch']): boolean {
  const sources = sourcesInRepository(application, ref.cloneUrl)
  return sources.length === 0 || sources.some(source => followsBranch(source, branch))
}

/** Git knows the empty tree without having it. `like` tells which hash the repository uses. */
function emptyTree(like: string): string {
  return like.length === 64
    ? '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321'
    : '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
}
