import type { Components } from './schema.ts'
import type { Path } from './words.ts'

/** One thing that is wrong with a value, by its place inside of the object. */
export interface Finding {
  readonly code:
    | 'unknown-field'
    | 'wrong-type'
    | 'missing-field'
    | 'invalid-value'
    | 'duplicate-entry'
    | 'invalid-metadata'
  readonly path: Path
  readonly message: string
  readonly hint: string | null
}

export interface CheckContext {
  readonly components: Components
  /** Part of an object, such as a patch: what is missing may stand elsewhere, and merge directives are allowed. */
  readonly partial: boolean
  /** No value is told: it may be one of a Secret. */
  readonly secret: boolean
}
