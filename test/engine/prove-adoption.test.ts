import { expect, test } from 'vitest'
import type { Wanted } from '../../src/engine/adoptable.ts'
import type { DesiredObject } from '../../src/engine/plan-input.ts'
import { proveAdoption } from '../../src/engine/prove-adoption.ts'
import { objectIdOf } from '../../src/model/identity.ts'

const config = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
})
const pod = (image: string, refers = 'one') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'web', image, envFrom: [{ configMapRef: { name: refers } }] }] },
})
const set = (...objects: readonly ReturnType<typeof config | typeof pod>[]): readonly DesiredObject[] =>
  objects.map(object => ({ id: objectIdOf(object), object, source: null }))

const mode: Wanted = {
  id: '/ConfigMap/shop/one',
  steps: ['f:data', 'f:mode'],
  path: '/data/mode',
  value: 'slow',
}
const removed: Wanted = { ...mode, value: undefined }
const gone: Wanted = { ...mode, steps: [], path: '', value: undefined }

const fast = config('one', { mode: 'fast', size: '1' })
const hashed = (hash: string, data: Readonly<Record<string, string>>) => config(`one-${hash}`, data)
const generated: Wanted = { ...mode, id: '/ConfigMap/shop/one-2222222222' }

test.each([
  {
    what: 'the field alone',
    before: set(fast),
    after: set(config('one', { mode: 'slow', size: '1' })),
    met: 1,
    besides: null,
  },
  {
    what: 'another field with it',
    before: set(fast),
    after: set(config('one', { mode: 'slow', size: '2' })),
    met: 1,
    besides: '/data/size of ConfigMap shop/one changes',
  },
  {
    what: 'the field to something else',
    before: set(fast),
    after: set(config('one', { mode: 'medium', size: '1' })),
    met: 0,
    besides: '/data/mode of ConfigMap shop/one changes',
  },
  { what: 'nothing', before: set(fast), after: set(fast), met: 0, besides: null },
  {
    what: 'another object with it',
    before: set(fast, pod('web:1')),
    after: set(config('one', { mode: 'slow', size: '1' })),
    met: 1,
    besides: 'Pod shop/web goes',
  },
  {
    what: 'a new object with it',
    before: set(fast),
    after: set(config('one', { mode: 'slow', size: '1' }), pod('web:1')),
    met: 1,
    besides: 'Pod shop/web comes',
  },
  {
    what: 'a removed field',
    wanted: removed,
    before: set(fast),
    after: set(config('one', { size: '1' })),
    met: 1,
    besides: null,
  },
  {
    what: 'an object that was to go',
    wanted: gone,
    before: set(fast, pod('web:1')),
    after: set(pod('web:1')),
    met: 1,
    besides: null,
  },
  {
    what: 'the hash in a name, and what refers to it',
    wanted: generated,
    before: set(hashed('2222222222', { mode: 'fast' }), pod('web:1', 'one-2222222222')),
    after: set(hashed('4444444444', { mode: 'slow' }), pod('web:1', 'one-4444444444')),
    met: 1,
    besides: null,
  },
  {
    what: 'the hash in a name, and something else in what refers to it',
    wanted: generated,
    before: set(hashed('2222222222', { mode: 'fast' }), pod('web:1', 'one-2222222222')),
    after: set(hashed('4444444444', { mode: 'slow' }), pod('web:2', 'one-4444444444')),
    met: 1,
    besides: '/spec/containers/0/image of Pod shop/web changes',
  },
])('an edit that changes $what', ({ wanted = mode, before, after, met, besides }) => {
  const proof = proveAdoption(before, after, [wanted])
  expect({ met: proof.met.size, besides: proof.besides }).toEqual({ met, besides })
})
