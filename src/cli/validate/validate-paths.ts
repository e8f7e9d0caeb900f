import type { Charts } from '../../agent/render/charts/charts.ts'
import { minorOf, retiredApi } from '../../engine/api-lifecycle.ts'
import { applicationKey } from '../../model/application.ts'
import { list } from '../../model/phrase.ts'
import { formatProblem, type Problem } from '../../model/problem.ts'
import { bundledSource } from '../../repository/schema/bundled.ts'
import { type Catalog, loadCatalog } from '../../repository/schema/catalog.ts'
import {
  checkManifests,
  checkOne,
  joined,
  type SchemaCheck,
  type SchemaProblem,
} from '../../repository/schema/check-manifests.ts'
import { kindsDefinedBy } from '../../repository/schema/definitions.ts'
import type { Tree } from '../../repository/tree.ts'
import { sorted, type Validation, validateTree } from '../../repository/validate.ts'
import type { Destination } from '../destination.ts'
import { createFieldFinder, type FindField } from './field-finder.ts'
import { type Render, renderAll, type Renders, type Skipped } from './render-all.ts'
import type { Workspace } from './workspace.ts'

/** What `plumbline validate` found. Published as JSON. */
export interface Validated {
  /** What objects were compared with: `Kubernetes 1.36.3 (bundled)`. */
  readonly against: string
  readonly files: number
  readonly objects: number
  /** `guestbook@dev` */
  readonly applications: readonly string[]
  /** Objects of custom kinds that nothing is known of, by `apiVersion Kind`. */
  readonly unknownKinds: Readonly<Record<string, number>>
  /** What could not be rendered, and why. */
  readonly skipped: readonly Skipped[]
  /** Sorted by file and line; files are relative to the repository's root. */
  readonly problems: readonly Problem[]
}

export interface ValidateRequest {
  readonly workspace: Workspace
  readonly tree: Tree
  readonly destination: Destination
  readonly render: boolean
  /** Null when none may be fetched: what needs one is skipped. */
  readonly charts: Charts | null
  onProgress(what: string): void
}

/** Everything that can be said of a repository, or a part of it, without changing or planning anything. */
export async function validateWorkspace(request: ValidateRequest, signal: AbortSignal): Promise<Validated> {
  const { workspace, tree, destination } = request
  const validation = await validateTree(tree, workspace, signal)
  const rendered = request.render ? await rendersOf(request, validation, signal) : nothingRendered
  request.onProgress('checking objects')
  const catalog = await catalogFor(request, { validation, rendered }, signal)
  const written = checkManifests(validation.manifests, catalog)
  const built = checkRenders(rendered.renders, { catalog, find: createFieldFinder(workspace.root) })
  const builtKinds = built.untold.filter(it => !written.untold.includes(it))
  const known = [...validation.problems, ...written.problems.map(it => it.problem)]
  return {
    against: destination.label,
    files: validation.files,
    objects: written.objects + builtOnly(rendered.renders, validation),
    applications: validation.applications.map(applicationKey),
    unknownKinds: amounts([...written.untold, ...builtKinds]),
    skipped: rendered.skipped,
    problems: sorted([
      ...known,
      ...notYetTold(rendered.problems, known),
      ...notWritten(built.problems, written.problems, validation).map(it => it.problem),
    ]),
  }
}

const nothingRendered: Renders = { renders: [], problems: [], skipped: [] }

async function rendersOf(request: ValidateRequest, validation: Validation, signal: AbortSignal) {
  // Paths that do not exist have been told.
  const broken = new Set(
    validation.problems.filter(it => it.code === 'missing-path').map(it => it.location?.file),
  )
  const applications = validation.applications.filter(it => !broken.has(it.definedIn?.file))
  const onProgress = (done: number, total: number) => request.onProgress(`rendering ${done} of ${total}`)
  return renderAll({ ...request, validation: { ...validation, applications }, onProgress }, signal)
}

async function catalogFor(
  { destination }: ValidateRequest,
  { validation, rendered }: { readonly validation: Validation; readonly rendered: Renders },
  signal: AbortSignal,
): Promise<Catalog> {
  const documents = validation.manifests
    .filter(it => it.role !== 'content')
    .flatMap(it => it.documents.map(document => document.value))
  const values = [...documents, ...rendered.renders.flatMap(it => it.objects.map(({ object }) => object))]
  const { access } = destination
  const openApi = access && (await import('../../agent/cluster/open-api.ts')).openApiOf(access, signal)
  const source = (await openApi) ?? bundledSource()
  const minor = minorOf(destination.kubernetesVersion)
  try {
    return await loadCatalog(
      {
        source,
        complete: access !== null,
        defined: values.flatMap(kindsDefinedBy),
        apiVersions: values.flatMap(apiVersionsIn),
        retired(apiVersion, kind) {
          const api = retiredApi({ apiVersion, kind })
          return api && minor !== null && minor >= api.removed ? api : null
        },
      },
      signal,
    )
  } finally {
    ;(await openApi)?.close()
  }
}

function apiVersionsIn(value: unknown): readonly string[] {
  const { apiVersion, items } = (value ?? {}) as { apiVersion?: unknown; items?: unknown }
  const own = typeof apiVersion === 'string' ? [apiVersion] : []
  return Array.isArray(items) ? [...own, ...items.flatMap(apiVersionsIn)] : own
}

/** Objects as renders have them. One that several renders share is told once, with their names. */
function checkRenders(
  renders: readonly Render[],
  { catalog, find }: { readonly catalog: Catalog; readonly find: FindField },
): SchemaCheck {
  const all = renders.flatMap(({ name, objects }) => objects.map(rendered => ({ name, rendered })))
  const same = Map.groupBy(all, ({ rendered }) => JSON.stringify([rendered.source, rendered.object]))
  const checks = [...same.values()].map(its => {
    const names = its.map(it => it.name)
    const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} more`] : names
    const { object, source } = its[0]!.rendered
    const suffix = `, as ${list(shown)} ${names.length === 1 ? 'renders' : 'render'} it`
    return checkOne(object, { catalog, partial: false, locate: path => source && find(source, path), suffix })
  })
  return perPlace(joined(checks))
}

/** Objects that no file has as they are: those of templates and generators. */
function builtOnly(renders: readonly Render[], { manifests }: Validation): number {
  const files = new Set(manifests.map(it => it.file))
  const built = renders.flatMap(it => it.objects).filter(it => !it.source || !files.has(it.source.file))
  return new Set(built.map(it => JSON.stringify([it.source, it.object]))).size
}

/** Overlays differ in what they add, so that one mistake of their base shows in objects that are not the same. */
function perPlace(check: SchemaCheck): SchemaCheck {
  const places = Map.groupBy(check.problems, it => `${it.fingerprint} ${placeOf(it.problem)}`)
  return { ...check, problems: [...places.values()].map(its => its[0]!) }
}

/** What renders add to what is wrong as it is written: a field that no file has, or that none had to. */
function notWritten(
  built: readonly SchemaProblem[],
  written: readonly SchemaProblem[],
  { manifests }: Validation,
): readonly SchemaProblem[] {
  const parts = new Set(manifests.filter(it => it.role === 'part').map(it => it.file))
  const inPatches = new Set(
    written.filter(it => parts.has(it.problem.location?.file ?? '')).map(it => it.fingerprint),
  )
  const inFiles = new Set(written.map(it => `${it.fingerprint} ${it.problem.location?.file}`))
  return built.filter(
    it => !inPatches.has(it.fingerprint) && !inFiles.has(`${it.fingerprint} ${it.problem.location?.file}`),
  )
}

/** A file that does not parse breaks every render that reads it. */
function notYetTold(problems: readonly Problem[], known: readonly Problem[]): readonly Problem[] {
  const places = new Set(known.map(placeOf))
  return problems.filter(it => it.location === null || !places.has(placeOf(it)))
}

function placeOf({ location }: Problem): string {
  return location === null
    ? ''
    : formatProblem({ code: '', message: '', location: { ...location, column: null }, hint: null })
}

function amounts(names: readonly string[]): Readonly<Record<string, number>> {
  const groups = [...Map.groupBy(names, it => it)].map(([name, its]) => [name, its.length] as const)
  return Object.fromEntries(groups.sort(([a], [b]) => (a < b ? -1 : 1)))
}
