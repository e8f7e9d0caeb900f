import type { FluxOrigin } from './document.ts'
import type { FluxDocument } from './read.ts'

/** What a `sourceRef` or `chartRef` leads to. */
export type FoundOrigin =
  | { readonly origin: FluxOrigin }
  /** Why nothing can be read from it. */
  | { readonly refused: string; readonly hint: string }

interface Reference {
  readonly kind: string
  readonly name: string
  readonly namespace?: string | undefined
}

export type FindOrigin = (reference: Reference, namespace: string | undefined) => FoundOrigin

const kinds: readonly string[] = ['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket']

/** Sources by kind, namespace and name, wherever in the repository they are defined. */
export function createFindOrigin(documents: readonly FluxDocument[]): FindOrigin {
  const origins = new Map<string, FluxOrigin>()
  for (const { data } of documents) {
    if (data && kinds.includes(data.kind)) {
      const { kind, metadata } = data as FluxOrigin
      origins.set(`${kind} ${metadata.namespace ?? ''} ${metadata.name}`, data as FluxOrigin)
    }
  }
  return ({ kind, name, namespace }, own) => {
    const wanted = namespace ?? own
    // Namespaces are often left to whoever applies the documents.
    const places = [wanted ?? '', '', ...(wanted === undefined ? ['flux-system'] : [])]
    const origin = places.flatMap(it => origins.get(`${kind} ${it} ${name}`) ?? [])[0]
    if (origin) return { origin }
    return {
      refused: `the ${kind} ${name} is not defined in this repository`,
      hint: `commit it${wanted ? `, in namespace ${wanted}` : ''}: where it leads to is not read from the cluster`,
    }
  }
}

/** The branch, tag or commit that a GitRepository names. */
export function gitRevisionOf({ spec }: FluxOrigin): FoundRevision {
  const { commit, tag, branch, semver, name } = spec.ref ?? {}
  if (commit || tag || branch) return { revision: (commit || tag || branch)! }
  if (semver || name)
    return {
      refused: 'a GitRepository that follows a range of versions or a name of a reference is not supported',
    }
  return { revision: 'master' }
}

export type FoundRevision = { readonly revision: string } | { readonly refused: string }
