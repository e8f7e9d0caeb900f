import { groupOf } from '../../model/identity.ts'
import { closest, didYouMean } from '../closest.ts'
import { bundledSource } from './bundled.ts'
import { type DefinedKind, withDefinition } from './definitions.ts'
import type { Components, GroupVersionSchemas, SchemaSource } from './schema.ts'

/** What is known of one kind. */
export type Lookup =
  | { readonly kind: 'known'; readonly root: string; readonly components: Components }
  /** There is no such kind, or not any more. */
  | {
      readonly kind: 'wrong'
      readonly code: 'unknown-kind' | 'removed-api'
      readonly message: string
      readonly hint: string | null
    }
  /** A custom kind of which only a cluster could tell. */
  | { readonly kind: 'untold' }

export interface Catalog {
  find(apiVersion: string, kind: string): Lookup
}

/** An API version of a built-in kind that is not served any more. */
export interface RetiredKind {
  /** Minor version of Kubernetes 1 that stopped to serve it. */
  readonly removed: number
  /** The apiVersion to use; null when there is none. */
  readonly instead: string | null
}

export interface CatalogRequest {
  readonly source: SchemaSource
  /** Whether `source` is a cluster, which knows all its kinds. */
  readonly complete: boolean
  /** Kinds of the repository's own CustomResourceDefinitions: they are newer than what a cluster has. */
  readonly defined: readonly DefinedKind[]
  /** Those in use. */
  readonly apiVersions: Iterable<string>
  retired(apiVersion: string, kind: string): RetiredKind | null
}

/** Loads what is needed to look at objects of these apiVersions, and to say what was meant by those that do not exist. */
export async function loadCatalog(request: CatalogRequest, signal: AbortSignal): Promise<Catalog> {
  const { source } = request
  const wanted = new Set(request.apiVersions)
  const strange = new Set([...wanted].filter(it => !source.apiVersions.has(it)).map(groupOf))
  const needed = [...source.apiVersions].filter(it => wanted.has(it) || strange.has(groupOf(it)))
  const loaded = new Map<string, GroupVersionSchemas>()
  await Promise.all(
    needed.map(async apiVersion => {
      const schemas = await source.load(apiVersion, signal)
      if (schemas) loaded.set(apiVersion, schemas)
    }),
  )
  const defined = new Map(request.defined.map(it => [`${it.apiVersion}/${it.kind}`, it]))
  const bundle = bundledSource()
  const bundled = new Map<string, GroupVersionSchemas>()
  for (const apiVersion of bundle.apiVersions) {
    bundled.set(apiVersion, (await bundle.load(apiVersion, signal))!)
  }
  const base = bundled.get('v1')!.components
  return {
    find(apiVersion, kind) {
      const own = defined.get(`${apiVersion}/${kind}`)
      if (own) return { kind: 'known', ...withDefinition(base, own) }
      const schemas = loaded.get(apiVersion)
      const root = schemas?.kinds.get(kind)
      if (schemas && root !== undefined) return { kind: 'known', root, components: schemas.components }
      return unknown(apiVersion, kind, { ...request, loaded, bundled })
    },
  }
}

interface Known extends CatalogRequest {
  readonly loaded: ReadonlyMap<string, GroupVersionSchemas>
  readonly bundled: ReadonlyMap<string, GroupVersionSchemas>
}

function unknown(apiVersion: string, kind: string, known: Known): Lookup {
  const retired = known.retired(apiVersion, kind)
  if (retired) {
    const message = `Kubernetes ${known.source.kubernetesVersion} does not serve ${kind} of ${apiVersion}: it was removed in 1.${retired.removed}`
    const hint = retired.instead === null ? 'nothing replaces it' : `use ${retired.instead}`
    return { kind: 'wrong', code: 'removed-api', message, hint }
  }
  const wrong = (message: string, hint: string | null): Lookup => ({
    kind: 'wrong',
    code: 'unknown-kind',
    message,
    hint,
  })
  const group = groupOf(apiVersion)
  const isBuiltIn = !group.includes('.') || [...known.bundled.keys()].some(it => groupOf(it) === group)
  const here = known.loaded.get(apiVersion)
  // Versions that are not stable can be switched on, so that some clusters serve them.
  const mayBeServed = isBuiltIn ? !here && !isStable(apiVersion) : !groupIsDefined(group, known)
  if (mayBeServed && !known.complete) return { kind: 'untold' }
  if (here) return wrong(`there is no kind ${kind} in ${apiVersion}`, kindHint(apiVersion, kind, known))
  if (isBuiltIn) {
    return wrong(`there is no apiVersion ${apiVersion}`, apiVersionHint(apiVersion, kind, known))
  }
  const others = servedBy(group, known)
  if (others.length > 0) {
    return wrong(`there is no ${kind} of ${apiVersion}`, `there is ${others.join(', ')}`)
  }
  const hint = 'install its CustomResourceDefinition first, or keep it in this repository'
  return wrong(`the cluster serves no ${apiVersion}, so ${kind} is unknown to it`, hint)
}

function groupIsDefined(group: string, { defined }: Known): boolean {
  return defined.some(it => groupOf(it.apiVersion) === group)
}

/** `example.com/v1 Widget` for every kind that a group is known to have. */
function servedBy(group: string, { loaded, defined }: Known): readonly string[] {
  const kinds = [
    ...[...loaded].flatMap(([apiVersion, { kinds }]) =>
      [...kinds.keys()].map(kind => ({ apiVersion, kind })),
    ),
    ...defined,
  ]
  return kinds
    .filter(it => groupOf(it.apiVersion) === group)
    .map(it => `${it.apiVersion} ${it.kind}`)
    .slice(0, 5)
}

function kindHint(apiVersion: string, kind: string, known: Known): string | null {
  const elsewhere = apiVersionsWith(kind, known).filter(it => it !== apiVersion)
  if (elsewhere.length > 0) return `use apiVersion ${elsewhere[0]}`
  const kinds = [...(known.loaded.get(apiVersion)?.kinds.keys() ?? [])]
  const here = closest(kind, kinds)
  if (here !== null) return `did you mean "${here}"?`
  const all = [...known.bundled].flatMap(([of, { kinds }]) => [...kinds.keys()].map(it => ({ of, it })))
  const near = closest(
    kind,
    all.map(it => it.it),
  )
  if (near === null) return didYouMean(kind, kinds)
  return `did you mean "${near}" of ${all.find(it => it.it === near)?.of}?`
}

function apiVersionHint(apiVersion: string, kind: string, known: Known): string | null {
  const [first] = apiVersionsWith(kind, known)
  return first ? `use ${first}` : didYouMean(apiVersion, [...known.bundled.keys()])
}

/** Stable versions before others: the bundle lists none but those that the server prefers to serve. */
function apiVersionsWith(kind: string, { loaded, bundled }: Known): readonly string[] {
  const all = [...loaded, ...bundled]
    .filter(([, { kinds }]) => kinds.has(kind))
    .map(([apiVersion]) => apiVersion)
  return [...new Set(all)].sort((a, b) => Number(isStable(b)) - Number(isStable(a)))
}

function isStable(apiVersion: string): boolean {
  return !/(^|\/)v\d+(alpha|beta)\d+$/.test(apiVersion)
}
