import { createHash } from 'node:crypto'
import type { Application } from '../../model/application.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { ManagedApplication, State } from '../state/state.ts'
import { createDesiredSet, type DesiredSet } from './desired-set.ts'

/** What an application should be on the cluster: what was last synced. */
export interface Assignment {
  readonly application: Application
  readonly repository: RepositoryRef | null
  readonly revision: string | null
  /** RFC 3339. */
  readonly syncedAt: string | null
  /** Changes with every sync. */
  readonly version: string
  readonly desired: DesiredSet
  /** Of its inventory, what is not desired any more: it was left behind with our knowledge, or is on its way out. */
  readonly leaving: ReadonlySet<ObjectId>
  /** The syncer says that it is at work; maybe in another process, such as a laptop's. */
  readonly isBeingSynced: boolean
  /** What its condition tells to those who look. */
  readonly saysDrifted: boolean
}

/** Null when there is no such application. Gives `known` again when nothing of it has changed. Rejects with ClusterError. */
export async function loadAssignment(
  state: State,
  { name, known }: { readonly name: string; readonly known: Assignment | null },
  signal: AbortSignal,
): Promise<Assignment | null> {
  const managed = await state.get(name, signal)
  if (!managed) return null
  const version = versionOf(managed)
  const { conditions, revision, syncedAt, inventory } = managed.status
  const isBeingSynced = conditions.some(it => it.type === 'Synced' && it.reason === 'Syncing')
  const saysDrifted = conditions.some(it => it.type === 'Drifted' && it.status === 'True')
  if (known?.version === version) {
    const isSame = known.isBeingSynced === isBeingSynced && known.saysDrifted === saysDrifted
    return isSame ? known : { ...known, isBeingSynced, saysDrifted }
  }
  const desired = createDesiredSet((await state.loadRevision(name, 'latest', signal)) ?? [])
  const leaving = new Set(inventory.filter(id => !desired.has(id)))
  const { application, repository } = managed
  return {
    application,
    repository,
    revision,
    syncedAt,
    version,
    desired,
    leaving,
    isBeingSynced,
    saysDrifted,
  }
}

function versionOf({ application, status }: ManagedApplication): string {
  const { revision, digest, syncedAt, inventory } = status
  const text = JSON.stringify([application, revision, digest, syncedAt, inventory])
  return createHash('sha256').update(text).digest('base64url')
}
