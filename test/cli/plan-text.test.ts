import { describe, expect, test } from 'vitest'
import { painter } from '../../src/cli/output/colour.ts'
import { driftText } from '../../src/cli/output/drift-text.ts'
import { planText } from '../../src/cli/output/plan-text.ts'
import { columnsOf, type Screen } from '../../src/cli/output/screen.ts'
import { configMap, changed, shop, situations } from './plans.ts'

const pipe: Screen = { paint: painter(false), width: null }
const terminal: Screen = { paint: painter(true), width: 100 }
const brief = { full: false }

describe.each(Object.keys(situations))('the plan of "%s"', name => {
  const plan = situations[name]!

  test('reads so in a pipe', async () => {
    await expect(`${planText(plan, brief, pipe)}\n`).toMatchFileSnapshot(`golden/${name}.txt`)
  })

  test('reads so in a terminal', async () => {
    await expect(`${planText(plan, brief, terminal)}\n`).toMatchFileSnapshot(`golden/${name}.ansi`)
  })

  test('holds no control character of its objects', () => {
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(planText(plan, brief, pipe)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })

  test('ends with its sum', () => {
    expect(planText(plan, brief, pipe).split('\n').at(-1)).toMatch(/^shop on dev: /)
  })
})

test('the list of changes fits the terminal', () => {
  const words = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`a-rather-long-key-${at}`, 'x']))
  const plan = shop([changed(configMap('settings', {}), configMap('settings', words))])
  for (const width of [40, 60, 80]) {
    const tree = planText(plan, brief, { ...pipe, width }).split('\n\n')[0]!
    for (const line of tree.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(width)
  }
})

test('--full shows objects that come to their last line', () => {
  const text = planText(situations['long-objects']!, { full: true }, pipe)
  expect(text).toContain('key69')
  expect(text).not.toContain('--full')
})

test('what others have set is listed when it was asked for', () => {
  const unmanaged = [
    { id: 'apps/Deployment/shop/frontend', fields: [{ path: '/spec/replicas', value: 5, manager: 'hpa' }] },
  ]
  expect(planText(shop([], { unmanaged }), brief, pipe)).toBe(
    [
      'Set by others, and left as it is',
      '  Deployment frontend',
      '    spec.replicas  5  by hpa',
      '',
      'shop on dev: no changes · 6 unchanged',
    ].join('\n'),
  )
})

test('drift reads like a plan of nothing but drift', async () => {
  const { application, changes } = situations['drift-only']!
  await expect(`${driftText({ application, drifted: changes }, pipe)}\n`).toMatchFileSnapshot(
    'golden/drift.txt',
  )
  expect(driftText({ application, drifted: [] }, pipe)).toBe('shop: no drift')
})
