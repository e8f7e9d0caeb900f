import { expect, test } from 'vitest'
import { kubectl, useSyncFixture } from './fixture.ts'
import { frontend, settings, simulating } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

test('drift is not put back in the middle of a sync by another process', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('fast')])
  const laptop = fixture.syncer({}, plane.cluster, 'a laptop')
  const leaving = new AbortController()
  const syncing = laptop.sync(
    shop.request([settings('slow'), simulating('never-ready', frontend())]),
    AbortSignal.any([plane.signal, leaving.signal]),
  )
  const mode = async () => (await shop.live('v1', 'ConfigMap', 'settings'))?.['data']
  await expect.poll(mode, { timeout: 10_000 }).toEqual({ mode: 'slow' })
  const agent = fixture.syncer({}, plane.cluster, 'an agent')
  const restoring = agent.restore(shop.application.name, [], plane.signal)
  const first = await Promise.race([
    restoring,
    new Promise(resolve => setTimeout(() => resolve('waits'), 2000)),
  ])
  expect(first).toBe('waits')
  expect(await mode()).toEqual({ mode: 'slow' })
  leaving.abort()
  expect(await syncing).toMatchObject({ outcome: 'rolled-back' })
  expect(await restoring).toMatchObject({ outcome: 'synced', applied: [] })
  await kubectl(plane, [
    'patch',
    '-n',
    shop.namespace,
    'configmap/settings',
    '--type=merge',
    '-p={"data":{"mode":"by hand"}}',
  ])
  expect((await agent.restore(shop.application.name, [], plane.signal)).applied).toHaveLength(1)
})
