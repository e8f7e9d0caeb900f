import { expect, test } from 'vitest'
import { type Cluster, ClusterError } from '../../../src/agent/cluster/cluster.ts'
import { dyingCluster } from './dying-cluster.ts'
import { useSyncFixture } from './fixture.ts'
import { frontend, settings } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

test('a journal that says what is still to be put back outlives a sync that cannot write its own', async () => {
  const shop = await fixture.shop()
  const { name } = shop.application
  await shop.sync([settings('fast')])
  const dying = dyingCluster(plane.cluster, 4)
  const cut = shop.request([settings('slow'), frontend()])
  void fixture.syncer({}, dying.cluster).sync(cut, plane.signal)
  await dying.death
  const result = await fixture
    .syncer({}, withoutRoom(plane.cluster))
    .sync(shop.request([settings('other')]), plane.signal)
  expect(result).toMatchObject({ outcome: 'failed', error: { code: 'cluster-invalid' } })
  expect(await fixture.state.readJournal(name, plane.signal)).toMatchObject({ id: cut.id })
  const recovered = await fixture.syncer().recover(plane.signal)
  expect(recovered.map(it => [it.id, it.result.outcome])).toContainEqual([cut.id, 'synced'])
})

test('a restart in the middle of an outage carries on what was interrupted once the API server is back', async () => {
  const shop = await fixture.shop()
  const dying = dyingCluster(plane.cluster, 4)
  const cut = shop.request([settings('slow'), frontend()])
  void fixture.syncer({}, dying.cluster).sync(cut, plane.signal)
  await dying.death
  const recovered = await fixture.syncer({}, awayForAMoment(plane.cluster)).recover(plane.signal)
  expect(recovered.map(it => [it.id, it.result.outcome])).toContainEqual([cut.id, 'synced'])
})

/** An API server that has just answered what there is to carry on, and then restarts. */
function awayForAMoment(cluster: Cluster): Cluster {
  let times = 2
  return {
    ...cluster,
    async get(resource, identity, signal) {
      if (resource.kind === 'Lease' && times-- > 0) {
        throw new ClusterError('unreachable', 'connection refused', { status: 0, passing: true })
      }
      return cluster.get(resource, identity, signal)
    },
  }
}

/** A namespace whose quota has no room for one Secret more, or a larger one. */
function withoutRoom(cluster: Cluster): Cluster {
  return {
    ...cluster,
    async apply(object, options, signal) {
      if (object.kind === 'Secret' && object.metadata.name.startsWith('journal.')) {
        throw new ClusterError('invalid', 'exceeded quota', { status: 403, passing: false })
      }
      return cluster.apply(object, options, signal)
    },
  }
}
