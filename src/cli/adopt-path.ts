import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adoptApplication } from '../agent/adopt/adopt-application.ts'
import type { AdoptedField, LeftField } from '../model/adoption.ts'
import { InvalidInputError } from '../model/problem.ts'
import { isInRepository } from '../repository/same-repository.ts'
import type { TargetOptions } from './commands/options.ts'
import { copyTree } from './copy-tree.ts'
import type { LocalEngine } from './local-engine.ts'
import { refuseOtherApplication } from './other-application.ts'
import { remember } from './remember.ts'
import { readTarget } from './target.ts'

export interface AdoptedPath {
  readonly application: string
  /** Relative to `root`; null for a file that goes. */
  readonly files: readonly { readonly path: string; readonly before: string; readonly text: string | null }[]
  readonly adopted: readonly AdoptedField[]
  readonly left: readonly LeftField[]
  readonly root: string
}

export type AdoptPathOptions = Pick<TargetOptions, 'application' | 'namespace'> & {
  /** Only says what would be edited. */
  readonly dryRun?: boolean
}

/** Edits the files that PATH renders from, in place, until they say what has drifted in the cluster. */
export async function adoptPath(
  engine: LocalEngine,
  path: string,
  options: AdoptPathOptions,
  signal: AbortSignal,
): Promise<AdoptedPath> {
  const { application, root } = await readTarget(path, options, engine.clusterName)
  await refuseOtherApplication(engine, application, options, signal)
  const remembered = await remember(engine, application.name, signal)
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-adopt-'))
  try {
    await copyTree(root, folder)
    const { files, adopted, left } = await adoptApplication(
      engine,
      {
        application,
        folder,
        // Whatever URL the document names: the person says with PATH that this checkout is meant.
        inRepository: source => isInRepository(source, source.repoURL),
        repository: null,
        revision: null,
        objects: [],
        remembered,
      },
      signal,
    )
    if (!options.dryRun) await writeBack(root, files)
    return { application: application.name, files, adopted, left, root }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** All or nothing: a file that somebody has saved meanwhile is not written over. */
async function writeBack(root: string, files: AdoptedPath['files']): Promise<void> {
  for (const { path, before } of files) {
    const now = await readFile(join(root, path), 'utf8').catch(() => null)
    if (now !== before) throw changedMeanwhile(path)
  }
  for (const { path, text } of files) {
    if (text === null) await rm(join(root, path))
    else await writeFile(join(root, path), text)
  }
}

function changedMeanwhile(path: string): InvalidInputError {
  const message = 'the file was changed while its application was looked at, so nothing was written'
  return new InvalidInputError([
    { code: 'changed-meanwhile', message, location: { file: path, line: null }, hint: 'run it again' },
  ])
}
