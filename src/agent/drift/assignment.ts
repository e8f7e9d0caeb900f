import type { Application } from '../../model/application.ts'
import { type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import type { ManagedApplication, State } from '../state/state.ts'

/** What an application should be on the cluster: what was last synced. */
export interface Assignment {
  readonly application: Application
  readonly repository: RepositoryRef | null
  readonly revision: string | null
  /** Changes with every sync. */
  readonly version: string
  readonly desired: ReadonlyMap<ObjectId, DesiredObject>
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
  const { conditions, revision } = managed.status
  const isBeingSynced = conditions.some(it => it.type === 'Synced' && it.reason === 'Syncing')
  const saysDrifted = conditions.some(it => it.type === 'Drifted' && it.status === 'True')
  if (known?.version === version) {
    const isSame = known.isBeingSynced === isBeingSynced && known.saysDrifted === saysDrifted
    return isSame ? known : { ...known, isBeingSynced, saysDrifted }
  }
  const objects = (await state.loadRevision(name, 'latest', signal)) ?? []
  const desired = objects.map(object => {
    const id = objectIdOf(object)
    return [id, { id, object, source: null }] as const
  })
  const { application, repository } = managed
  return { application, repository, revision, version, desired: new Map(desired), isBeingSynced, saysDrifted }
}

function versionOf({ application, status }: ManagedApplication): string {
  const { revision, digest, syncedAt } = status
  return JSON.stringify([application, revision, digest, syncedAt])
}
