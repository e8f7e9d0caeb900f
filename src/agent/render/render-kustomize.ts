import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import type { SourceLocation } from '../../model/problem.ts'
import { addedReferences } from './kustomize/added-references.ts'
import { asksForOrigins, editKustomization } from './kustomize/edit.ts'
import { layOutKustomization } from './kustomize/lay-out.ts'
import { traceOrigins } from './kustomize/origin.ts'
import { kustomizeProblems } from './kustomize/problems.ts'
import { walkKustomization } from './kustomize/walk.ts'
import type { CheckoutView } from './checkout-view.ts'
import { objectsFrom, type Objects } from './objects.ts'
import type { ParseMemory } from './parse-memory.ts'
import type { RenderLimits } from './renderer.ts'
import { runTool } from './run-tool.ts'

export interface ToolPlace {
  readonly binary: string
  /** Where folders for single runs are made. */
  readonly scratchFolder: string
  readonly limits: RenderLimits
  readonly documents: ParseMemory
  /** Waits for a place among the tools that run at once. */
  readonly turn: <T>(run: () => Promise<T>) => Promise<T>
}

/**
 * Builds a copy of the folders that take part rather than the checkout, because the kustomization is edited: options of the
 * Application, and origin annotations. A wrapper around it would not do: fields such as `openapi` and `buildMetadata` count
 * only in the kustomization that is built, and image overrides must replace its own instead of coming after them.
 */
export async function renderKustomize(
  view: CheckoutView,
  { source, definedIn }: { readonly source: ApplicationSource; readonly definedIn: SourceLocation | null },
  place: ToolPlace,
  signal: AbortSignal,
): Promise<Objects> {
  const { root } = view
  const walk = await walkKustomization(view, source.path, addedReferences(source.kustomize, definedIn))
  const [first] = walk.roots
  if (walk.problems.length > 0 || !first) return { objects: [], problems: walk.problems }
  const original = first.reading.value ?? {}

  const scratch = await mkdtemp(join(place.scratchFolder, 'kustomize-'))
  try {
    const tree = join(scratch, 'tree')
    const problems = await layOutKustomization(
      view,
      walk.roots.map(it => it.folder),
      tree,
      place.limits,
    )
    if (problems.length > 0) return { objects: [], problems }
    await rm(join(tree, first.file), { force: true })
    await writeFile(join(tree, first.file), editKustomization(original, source.kustomize))
    const built = await place.turn(() =>
      runTool({
        name: 'kustomize',
        binary: place.binary,
        args: ['build', join(tree, first.folder)],
        scratch,
        subject: source.path,
        limits: place.limits,
        signal,
      }),
    )
    if (!built.succeeded) {
      return { objects: [], problems: await kustomizeProblems(built.stderr, walk, { root, scratch: tree }) }
    }
    const parsed = await place.documents.parse(built.stdout, first.file, place.limits, signal)
    const { objects, problems: flaws } = objectsFrom(parsed.documents, () => ({
      file: first.file,
      line: null,
    }))
    const traced = await traceOrigins(
      objects.map(it => it.object),
      {
        view,
        folder: first.folder,
        keepAnnotation: asksForOrigins(original),
      },
    )
    // Lines of the output are no lines of the repository.
    const found = [...parsed.problems, ...flaws].map(it => ({
      ...it,
      location: { file: first.file, line: null },
    }))
    return { objects: traced, problems: found }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
