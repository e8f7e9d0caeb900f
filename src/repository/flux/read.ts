import { groupOf } from '../../model/identity.ts'
import type { Problem, SourceLocation } from '../../model/problem.ts'
import { checkDocument } from '../document-problems.ts'
import type { YamlDocument } from '../yaml-document.ts'
import {
  type FluxHelmRelease,
  type FluxKustomization,
  fluxKinds,
  type FluxOrigin,
  fluxSchemas,
} from './document.ts'

/** A Flux document by itself: what its references lead to is another file's, and looked up when all are read. */
export interface FluxDocument {
  /** Null when it is wrong: `problems` say how. */
  readonly data: FluxKustomization | FluxHelmRelease | FluxOrigin | null
  readonly problems: readonly Problem[]
  readonly location: SourceLocation
  /** Where each field of `spec` stands. */
  readonly fields: ReadonlyMap<string, SourceLocation>
}

/** Null for what is no document of Flux that is read. */
export function readFluxDocument(document: YamlDocument, file: string): FluxDocument | null {
  const { apiVersion, kind, spec } = (document.value ?? {}) as Record<string, unknown>
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return null
  if (!fluxKinds[groupOf(apiVersion)]?.includes(kind)) return null
  const schema = fluxSchemas[kind as keyof typeof fluxSchemas]
  const checked = checkDocument(schema, document, file, 'invalid-flux')
  const names = typeof spec === 'object' && spec !== null ? Object.keys(spec) : []
  return {
    data: 'data' in checked ? checked.data : null,
    problems: 'problems' in checked ? checked.problems : [],
    location: { file, ...document.positionOf([]) },
    fields: new Map(names.map(name => [name, { file, ...document.positionOf(['spec', name]) }])),
  }
}

/** Cheap, and true too often. */
export function mayHoldFlux(text: string): boolean {
  return /\b(kustomize|helm|source)\.toolkit\.fluxcd\.io\//.test(text)
}

/** Text that would be one, were it YAML. It may be somebody else's: whether its problems count, its place decides. */
export function brokenFluxDocument(problems: readonly Problem[], file: string): FluxDocument {
  return { data: null, problems, location: { file, line: null }, fields: new Map() }
}
