import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Application, ApplicationSource } from '../../model/application.ts'
import { InvalidInputError, type Problem, type SourceLocation } from '../../model/problem.ts'
import { asksForOrigins, editKustomization, takenNames } from './kustomize/edit.ts'
import { addedReferences, inlineOptions } from './kustomize/inline-options.ts'
import { generateRoot } from './kustomize/generate-root.ts'
import { layOutKustomization } from './kustomize/lay-out.ts'
import { traceOrigins } from './kustomize/origin.ts'
import { brokenResources, kustomizeProblems } from './kustomize/problems.ts'
import { walkKustomization } from './kustomize/walk.ts'
import { finishFlux, putVariablesIn } from './flux/finish.ts'
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
  { application, source }: { readonly application: Application; readonly source: ApplicationSource },
  place: ToolPlace,
  signal: AbortSignal,
): Promise<Objects> {
  const { root } = view
  const inline = await inlineOptions(application, source, view)
  if (inline.problems.length > 0) return { objects: [], problems: inline.problems }
  const { options } = inline
  const { definedIn } = application
  const generated = source.flux ? await generateRoot(view, source.path, place.limits) : null
  const added = { references: addedReferences(options), location: definedIn, generated }
  const walk = await walkKustomization(view, source.path, added)
  const [first] = walk.roots
  if (walk.problems.length > 0 || !first) return { objects: [], problems: walk.problems }
  const original = first.reading.value ?? {}
  const taken = takenNames(original, options)
  if (taken.length > 0)
    return { objects: [], problems: taken.map(it => takenName(it, first.file, definedIn)) }

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
    await writeFile(join(tree, first.file), editKustomization(original, options))
    const run = {
      name: 'kustomize',
      binary: place.binary,
      args: ['build', join(tree, first.folder)],
      scratch,
      subject: source.path,
      limits: place.limits,
      signal,
    }
    const built = await place
      .turn(() => runTool(run))
      .catch(async (error: unknown) => {
        // A bound was passed: most often for what a look at the files tells.
        const broken = error instanceof InvalidInputError ? await brokenResources(root, walk) : []
        throw broken.length > 0 ? new InvalidInputError(broken) : error
      })
    if (!built.succeeded) {
      return { objects: [], problems: await kustomizeProblems(built.stderr, walk, { root, scratch: tree }) }
    }
    const putIn = source.flux ? putVariablesIn(built.stdout, source.flux) : null
    if (putIn && putIn.problems.length > 0) return { objects: [], problems: putIn.problems }
    const output = putIn?.text ?? built.stdout
    const parsed = await place.documents.parse(output, first.file, place.limits, signal)
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
    return { objects: source.flux ? finishFlux(traced, source.flux) : traced, problems: found }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function takenName(
  { field, name }: ReturnType<typeof takenNames>[number],
  file: string,
  location: SourceLocation | null,
): Problem {
  const force = field === 'commonLabels' ? 'forceCommonLabels' : 'forceCommonAnnotations'
  return {
    code: 'kustomize-failed',
    message: `${field} of the source sets "${name}", to which ${file} gives another value`,
    location: location ?? { file, line: null },
    hint: `leave it out in one of the two, or set ${force}: true`,
  }
}
