import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyOrder, pruneOrder, syncWave } from '../../src/engine/order.ts'
import {
  annotated,
  clusterRole,
  configMap,
  definition,
  deployment,
  namespace,
  secret,
  service,
} from '../builders/objects.ts'
import { desired } from '../builders/plan-input.ts'
import type { DesiredObject } from '../../src/engine/plan-input.ts'

const wave = (number: string) => ({ 'argocd.argoproj.io/sync-wave': number })

function kinds(objects: readonly DesiredObject[]): readonly (readonly [number, readonly string[]])[] {
  return applyOrder(objects).map(it => [it.wave, it.objects.map(one => one.object.kind)] as const)
}

describe('the apply order', () => {
  test('puts what others need first, whatever the order of the render', () => {
    const all = [deployment(), service(), configMap(), secret(), clusterRole(), definition(), namespace()]
    const expected = [
      [
        0,
        [
          'Namespace',
          'CustomResourceDefinition',
          'Secret',
          'ConfigMap',
          'ClusterRole',
          'Service',
          'Deployment',
        ],
      ],
    ]
    expect(kinds(desired(all))).toEqual(expected)
    expect(kinds(desired(all.toReversed()))).toEqual(expected)
  })

  test('goes by waves before kinds', () => {
    const all = [annotated(deployment(), wave('-1')), configMap(), annotated(service(), wave('2'))]
    expect(kinds(desired(all))).toEqual([
      [-1, ['Deployment']],
      [0, ['ConfigMap']],
      [2, ['Service']],
    ])
  })

  test('never has an object before its Namespace, or a custom resource before its definition', () => {
    const late = [annotated(namespace(), wave('3')), deployment()]
    expect(kinds(desired(late))).toEqual([[3, ['Namespace', 'Deployment']]])
    const widget = {
      id: 'example.com/Widget/shop/w',
      source: null,
      object: { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'shop' } },
    }
    expect(kinds([widget, ...desired([annotated(definition(), wave('1'))])])).toEqual([
      [1, ['CustomResourceDefinition', 'Widget']],
    ])
  })

  test.each([
    [{ 'plumbline.dev/sync-wave': '2', 'argocd.argoproj.io/sync-wave': '5' }, 2],
    [{ 'argocd.argoproj.io/sync-wave': '-5' }, -5],
    [{ 'argocd.argoproj.io/sync-wave': 'first' }, 0],
    [{}, 0],
  ])('%o is wave %i', (annotations, expected) => {
    expect(syncWave(annotated(configMap(), annotations))).toBe(expected)
  })
})

test('the prune order is the reverse, however the ids come', () => {
  const ids = desired([deployment(), service(), configMap(), namespace()]).map(it => it.id)
  const expected = [
    'apps/Deployment/shop/frontend',
    '/Service/shop/frontend',
    '/ConfigMap/shop/settings',
    '/Namespace//shop',
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray(ids, { minLength: ids.length }), shuffled => {
      expect(pruneOrder(shuffled)).toEqual(expected)
    }),
  )
})
