import type { ObjectId } from '../../model/identity.ts'
import type { State } from '../state/state.ts'

/** Objects that another application has, or is just creating. */
export interface Others {
  readonly application: string
  readonly ids: readonly ObjectId[]
  readonly isCreating: boolean
}

/**
 * What all other applications have. Journals go first: a sync that ends meanwhile has saved its inventory before its journal goes, so
 * that it is in one or the other. Rejects with ClusterError.
 */
export async function* othersThan(
  application: string,
  state: Pick<State, 'journals' | 'readJournal' | 'list'>,
  signal: AbortSignal,
): AsyncGenerator<Others> {
  for (const name of await state.journals(signal)) {
    if (name === application) continue
    const journal = await state.readJournal(name, signal)
    yield { application: name, ids: journal?.creates ?? [], isCreating: true }
  }
  for (const other of await state.list(signal)) {
    const { name } = other.application
    if (name !== application) yield { application: name, ids: other.status.inventory, isCreating: false }
  }
}
