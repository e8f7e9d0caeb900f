import { expect, test } from 'vitest'
import { movedAway } from '../../../src/agent/drift/moved-away.ts'
import { applicationLabel } from '../../../src/model/fields.ts'
import type { LiveRead } from '../../../src/model/rendered.ts'
import { configMap } from '../../builders/objects.ts'
import { useSyncFixture } from '../sync/fixture.ts'
import { settings } from '../sync/objects.ts'

const fixture = useSyncFixture()

test('what another application has taken over has moved; a label that nobody stands behind is no move', async () => {
  const shop = await fixture.shop()
  await shop.sync([settings('one')])
  const { name } = shop.application
  const taken = `/ConfigMap/${shop.namespace}/settings`
  const claimed = `/ConfigMap/${shop.namespace}/claimed`
  const strange = `/ConfigMap/${shop.namespace}/strange`
  const labelled = (owner: string): LiveRead => ({
    kind: 'live',
    object: configMap({ labels: { [applicationLabel]: owner } }),
  })
  const live = new Map<string, LiveRead>([
    [taken, labelled(name)],
    [claimed, labelled(name)],
    [strange, labelled('nobody')],
    [`/ConfigMap/${shop.namespace}/own`, labelled('before')],
    [`/ConfigMap/${shop.namespace}/gone`, { kind: 'absent' }],
  ])
  expect([...(await movedAway(fixture.state, 'before', live, fixture.plane.signal))]).toEqual([taken])
})
