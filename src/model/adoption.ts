import type { Application } from './application.ts'
import type { ObjectId } from './identity.ts'
import type { RepositoryRef, Revision } from './repository.ts'

/** Change the source so that its next render equals live where live has drifted. Writes nothing: not to Git, not to the cluster. */
export interface AdoptCommand {
  readonly kind: 'adopt'
  /** As defined at `revision`. */
  readonly application: Application
  readonly repository: RepositoryRef
  /** Head of the branch that the application is read from. */
  readonly revision: Revision
  /** Empty: all that drifted. */
  readonly objects: readonly ObjectId[]
}

/** A file as it is to be at the revision's successor. */
export interface AdoptedFile {
  /** Relative to the repository's root. */
  readonly path: string
  /** As git writes it; a file that was executable stays so. */
  readonly mode: '100644' | '100755'
  /** Whole, as text of the same file that Git holds at the revision; null when the file goes. */
  readonly text: string | null
}

/** A field of live that the edited source now says. Never a value: those are in the file. */
export interface AdoptedField {
  readonly id: ObjectId
  /** JSON pointer; empty for an object that was deleted in the cluster, and now from its source. */
  readonly path: string
  /** Where the source now says it. */
  readonly file: string
  /** In the edited file, counted from 1; null for what was taken out. */
  readonly line: number | null
}

/** What differs still, and why. */
export interface LeftField {
  readonly id: ObjectId
  /** JSON pointer; null for an object as a whole. */
  readonly path: string | null
  /** One sentence without its full stop, for people; never holds a Secret's content. */
  readonly reason: string
}

/** What an agent answers to an {@link AdoptCommand}. Nothing drifted: no files, nothing adopted, nothing left. */
export interface AdoptResult {
  readonly application: string
  readonly cluster: string
  /** That the files are to be changed at. */
  readonly revision: Revision
  /** Changed ones only, by path. */
  readonly files: readonly AdoptedFile[]
  readonly adopted: readonly AdoptedField[]
  readonly left: readonly LeftField[]
  /** Why nothing could be done at all: the revision does not render, the cluster does not answer. */
  readonly error: { readonly code: string; readonly message: string } | null
}
