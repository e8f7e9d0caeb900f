import { readFile, realpath, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import { settingsFile } from '../../model/settings.ts'
import { compileGlob, type Glob, tooManyPatterns } from '../../repository/glob.ts'
import { folderOf } from '../../repository/paths.ts'
import { withTemplateHint } from '../../repository/yaml-problems.ts'
import type { CheckoutView } from './checkout-view.ts'
import { entriesBelow, lookUp } from './inside.ts'
import { objectsFrom, type Objects } from './objects.ts'
import { mostItems, type ParsedDocuments, type ParseMemory } from './parse-memory.ts'
import { mebibytes, type RenderLimits } from './renderer.ts'
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
  let bytes = 0
  let items = 0
  for (const entry of entries.filter(it => isWanted(it.path, source, { include, exclude }))) {
    signal.throwIfAborted()
    const target = await lookUp(root, entry.path)
    if (target.kind !== 'file') continue
    bytes += (await stat(target.real)).size
    if (bytes > limits.maxOutputBytes) return only(tooMuch(source.path, mebibytes(limits.maxOutputBytes)))
    const content = await readFile(target.real)
    const parsed = await documents.parse(content, entry.path, limits, signal)
    items += parsed.items
    if (items > mostItems) return only(tooMuch(source.path, `${mostItems} lines and items`))
    const read = objectsOfFile(parsed, content, entry.path)
    objects.push(...read.objects)
    found.push(...read.problems)
  }
  return { objects, problems: found }
}

function only(problem: Problem): Objects {
  return { objects: [], problems: [problem] }
}

function tooMuch(path: string, limit: string): Problem {
  return {
    code: 'render-limit',
    message: `the manifests in ${path} are more than ${limit}`,
    location: null,
    hint: 'split the application, or leave files out with spec.source.directory.exclude',
  }
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
  return { objects: read.objects, problems: withTemplateHint([...problems, ...read.problems], content) }
}

/** Whether a folder of the checkout holds one of these files. */
export async function holds(view: CheckoutView, path: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) if ((await view.lookUp(join(path, name))).kind === 'file') return true
  return false
}
