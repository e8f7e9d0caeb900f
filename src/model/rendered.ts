import type { KubernetesObject } from './object.ts'
import type { Problem, SourceLocation } from './problem.ts'

/** One object out of a render, as written: namespaces not yet defaulted, Secrets not yet folded. */
export interface RenderedObject {
  readonly object: KubernetesObject
  /** Where it is written in Git, relative to the repository's root; null when that could not be traced. */
  readonly source: SourceLocation | null
}

/** What the cluster holds for one identity. */
export type LiveRead =
  | { readonly kind: 'absent' }
  | { readonly kind: 'live'; readonly object: KubernetesObject }
  /** Forbidden or failed: never taken for absent. */
  | { readonly kind: 'unreadable'; readonly problem: Problem }

/** What the cluster would hold after the apply. */
export type Prediction =
  /** Proved without a request: our manager owns just what is rendered, with equal values. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'predicted'; readonly object: KubernetesObject }
  /** Cannot be asked yet: its API or namespace is created in the same change. */
  | { readonly kind: 'later'; readonly note: string }
  /** An immutable field would change: only a replace can do it. `object` is what would be there then; null when that cannot be asked. */
  | { readonly kind: 'immutable'; readonly message: string; readonly object: KubernetesObject | null }
  | { readonly kind: 'refused'; readonly problem: Problem }
