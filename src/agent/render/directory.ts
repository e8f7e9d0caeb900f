import { readFile, realpath } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import type { Problem } from '../../model/problem.ts'
import { settingsFile } from '../../model/settings.ts'
import { matchesGlob } from '../../repository/glob.ts'
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
  const objects: RenderedObject[] = []
  const found: Problem[] = []
  for (const entry of entries.filter(it => isWanted(it.path, source))) {
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

function isWanted(path: string, source: ApplicationSource): boolean {
  if (!/\.(ya?ml|json)$/i.test(path) || path === settingsFile) return false
  const { recurse, include, exclude } = source.directory
  if (!recurse && folderOf(path) !== source.path) return false
  const inside = source.path === '.' ? path : posix.relative(source.path, path)
  if (exclude !== null && matchesGlob(inside, exclude)) return false
  return include === null || matchesGlob(inside, include)
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
