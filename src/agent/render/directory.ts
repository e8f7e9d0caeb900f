import { readFile, realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import { settingsFile } from '../../model/settings.ts'
import { compileGlob, type Glob, tooManyPatterns } from '../../repository/glob.ts'
import { folderOf } from '../../repository/paths.ts'
import { templateHint } from '../../repository/yaml-problems.ts'
import { entriesBelow, lookUp } from './inside.ts'
import { objectsFrom, type Objects } from './objects.ts'
import type { ParsedDocuments, ParseMemory } from './parse-memory.ts'
import type { RenderLimits } from './renderer.ts'
import type { RenderedObject } from '../../model/rendered.ts'

/** Reads a folder of YAML and JSON files, in order of their names. */
export async function renderDirectory(
  folder: string,
  source: ApplicationSource,
  { limits, documents }: { readonly limits: RenderLimits; readonly documents: ParseMemory },
  signal: AbortSignal,
): Promise<Objects> {
  const root = await realpath(folder)
  const { entries, problems } = await entriesBelow(root, source.path, limits)
  if (problems.length > 0) return { objects: [], problems }
  const include = globOf(source.directory.include)
  const exclude = globOf(source.directory.exclude)
  const objects: RenderedObject[] = []
  const found: Problem[] = []
  for (const entry of entries.filter(it => isWanted(it.path, source, { include, exclude }))) {
    signal.throwIfAborted()
    const target = await lookUp(root, entry.path)
    if (target.kind !== 'file') continue
    const content = await readFile(target.real)
    const parsed = await documents.parse(content, entry.path, limits, signal)
    const read = objectsOfFile(parsed, content, entry.path)
    objects.push(...read.objects)
    found.push(...read.problems)
  }
  return { objects, problems: found }
}

/** Null when none is given. Throws InvalidInputError: a folder of which nothing is read would prune all that came from it. */
function globOf(glob: string | null): Glob | null {
  const matches = glob === null ? null : compileGlob(glob)
  if (glob === null || matches) return matches
  const message = `the glob ${glob.slice(0, 50)} of directory.include or exclude ${tooManyPatterns}`
  throw new InvalidInputError([
    { code: 'invalid-glob', message, location: null, hint: 'write a simpler one' },
  ])
}

function isWanted(
  path: string,
  source: ApplicationSource,
  globs: { readonly include: Glob | null; readonly exclude: Glob | null },
): boolean {
  if (!/\.(ya?ml|json)$/i.test(path) || path === settingsFile) return false
  if (!source.directory.recurse && folderOf(path) !== source.path) return false
  const inside = source.path === '.' ? path : posix.relative(source.path, path)
  if (globs.exclude?.(inside)) return false
  return globs.include?.(inside) ?? true
}

function objectsOfFile({ documents, problems }: ParsedDocuments, content: Uint8Array, file: string): Objects {
  const read = objectsFrom(documents, (document, path) => ({ file, ...document.positionOf(path) }))
  const template =
    problems.length + read.problems.length > 0 ? templateHint(new TextDecoder().decode(content)) : null
  const hinted = (problem: Problem) => (template ? { ...problem, hint: template } : problem)
  return { objects: read.objects, problems: [...problems, ...read.problems].map(hinted) }
}

/** Whether a folder of the checkout holds one of these files. */
export async function holds(root: string, path: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) if ((await lookUp(root, join(path, name))).kind === 'file') return true
  return false
}
