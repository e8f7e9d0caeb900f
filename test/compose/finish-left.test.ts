import { expect, test } from 'vitest'
import type { RecoveredSync } from '../../src/agent/sync/syncer.ts'
import { finishLeft } from '../../src/compose/finish-left.ts'
import { configMap } from '../builders/objects.ts'
import { dyingCluster } from '../agent/sync/dying-cluster.ts'
import { silent, useSyncFixture } from '../agent/sync/fixture.ts'

const fixture = useSyncFixture()
const { plane } = fixture

test('an agent that is up ends the sync of a terminal that was killed', async () => {
  const shop = await fixture.shop()
  const objects = [configMap({ name: 'a', namespace: shop.namespace })]
  const dying = dyingCluster(plane.cluster, 3)
  const request = shop.request(objects)
  void fixture.syncer({ turnSeconds: 1 }, dying.cluster, 'a terminal').sync(request, plane.signal)
  await dying.death
  expect(await fixture.state.readJournal(shop.application.name, plane.signal)).not.toBeNull()

  const ended: RecoveredSync[] = []
  const agent = { syncer: fixture.syncer({}), logger: silent, onEnd: (it: RecoveredSync) => ended.push(it) }
  await finishLeft(agent, plane.signal)
  expect(ended).toMatchObject([{ id: request.id, result: { outcome: 'synced' } }])
  expect(await shop.live('v1', 'ConfigMap', 'a')).not.toBeNull()
  await finishLeft(agent, plane.signal)
  expect(ended).toHaveLength(1)
})
