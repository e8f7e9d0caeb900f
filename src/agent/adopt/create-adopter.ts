import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitCache } from '../../git/repository.ts'
import type { AdoptCommand, AdoptResult } from '../../model/adoption.ts'
import { count } from '../../model/phrase.ts'
import { formatProblem, InvalidInputError } from '../../model/problem.ts'
import { isFault, problemsOf } from '../failure.ts'
import { recall } from '../plan/recall.ts'
import type { SourcesDependencies } from '../sources.ts'
import type { State } from '../state/state.ts'
import { adoptApplication, type AdoptApplicationDependencies } from './adopt-application.ts'
import type { Adoption } from './adopt-source.ts'
import type { Adopter } from './adopter.ts'

export interface AdopterDependencies extends AdoptApplicationDependencies {
  readonly gitCache: GitCache
  readonly state: State
  readonly inRepository: SourcesDependencies['inRepository']
  readonly credential: SourcesDependencies['credential']
  /** As the agent registered it. */
  readonly clusterName: string
  /** Where folders for single adoptions are made; nobody else's, and emptied at first. */
  readonly folder: string
  /** Told of failures that people cannot mend: the answer has no details of them. */
  readonly onFault: (cause: unknown, application: string) => void
}

/** What the server takes in one answer is 16 MiB, and quoted text is longer than it is. */
const mostBytes = 6 * 1024 * 1024

export function createAdopter(deps: AdopterDependencies): Adopter {
  let emptied: Promise<void> | null = null
  return {
    async adopt(command, signal) {
      const { application, revision } = command
      const nothing: AdoptResult = {
        application: application.name,
        cluster: deps.clusterName,
        revision,
        files: [],
        adopted: [],
        left: [],
        error: null,
      }
      // What a process left that was killed.
      emptied ??= rm(deps.folder, { recursive: true, force: true })
      try {
        await emptied
        const { files, adopted, left } = await inScratch(deps, folder =>
          adopt(deps, command, { folder, signal }),
        )
        checkSize(files)
        return {
          ...nothing,
          files: files.map(({ path, mode, text }) => ({ path, mode, text })),
          adopted,
          left,
        }
      } catch (cause) {
        if (signal.aborted) throw cause
        if (isFault(cause)) deps.onFault(cause, application.name)
        const problems = problemsOf(cause, application.definedIn, '/plumbline adopt')
        const message = problems.map(formatProblem).join('\n')
        return { ...nothing, error: { code: problems[0]?.code ?? 'failed', message } }
      }
    },
  }
}

async function adopt(
  deps: AdopterDependencies,
  { application, repository, revision, objects }: AdoptCommand,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
) {
  const remembered = await recall(deps.state, application.name, signal)
  if (remembered.unfinishedSince !== null) throw beingSynced(application.name)
  const mirror = await deps.gitCache.open(repository.cloneUrl)
  await mirror.fetch([revision], await deps.credential(repository, signal), signal)
  // A folder of its own: checkouts are shared with others, and may not be changed.
  await mirror.extract(revision, folder, signal)
  const request = {
    application,
    folder,
    inRepository: (source: Parameters<typeof deps.inRepository>[0]) => deps.inRepository(source, repository),
    repository,
    revision,
    objects,
    remembered,
  }
  return adoptApplication(deps, request, signal)
}

function checkSize(files: Adoption['files']): void {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text ?? ''), 0)
  if (bytes <= mostBytes) return
  const message = `${count(files.length, 'file')} would change, which together are longer than 6 MiB`
  throw new InvalidInputError([
    { code: 'too-large', message, location: null, hint: 'adopt one object at a time' },
  ])
}

function beingSynced(application: string): InvalidInputError {
  const message = `${application} is being synced, so nobody knows yet what has drifted`
  return new InvalidInputError([
    { code: 'being-synced', message, location: null, hint: 'adopt once the sync has ended' },
  ])
}

async function inScratch<T>(
  deps: Pick<AdopterDependencies, 'folder'>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(deps.folder, { recursive: true })
  const folder = await mkdtemp(join(deps.folder, 'adopt-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
