import { applicationKey } from '../../model/application.ts'
import type { Records } from '../store/store.ts'
import type { KnownWorld } from './obstacles.ts'

export async function readKnownWorld(records: Records, repository: string): Promise<KnownWorld> {
  const clusters = (await records.clusters.all()).filter(it => !it.revoked).map(it => it.name)
  const owners = new Map(
    (await records.applications.all()).map(it => [applicationKey(it.application), it.repository]),
  )
  return { clusters, owners, repository }
}
