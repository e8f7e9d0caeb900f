import type { ApplicationDocument } from '../../model/application-document.ts'
import type { SourceDocument } from '../../model/source-document.ts'

/** A field of `spec` that cannot be read as it is meant. */
export interface Refusal {
  readonly field: string
  readonly message: string
  readonly hint: string
}

/** What a Flux document says in the words of Applications. */
export type Translated =
  | { readonly refusals: readonly Refusal[] }
  | {
      readonly source: SourceDocument
      /** For objects that name none. */
      readonly namespace: string | undefined
      /** Null when it is suspended: syncs wait for a person. */
      readonly automated: { readonly prune: boolean; readonly selfHeal: boolean } | null
      readonly timeout: string | undefined
      readonly createNamespace: boolean
      /** As they are written. */
      readonly healthCheckExprs?: NonNullable<ApplicationDocument['spec']['healthCheckExprs']>
    }
