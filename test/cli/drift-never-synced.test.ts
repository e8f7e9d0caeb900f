import { expect, test } from 'vitest'
import { driftText } from '../../src/cli/output/drift-text.ts'
import type { Change } from '../../src/model/plan.ts'

test('before the first sync there is nothing to bring back', () => {
  const change = { id: '/ConfigMap/shop/a', action: 'create', origin: 'drift' } as unknown as Change
  const screen = { paint: (_: string, text: string) => text, width: null }
  expect(driftText({ application: 'dev', drifted: [change], neverSynced: true }, screen)).toBe(
    'dev: nothing was synced yet; 1 object of it differs from the cluster, as plumbline plan shows',
  )
})
