import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diffFields } from '../../src/engine/diff-fields.ts'
import { sameJson } from '../../src/engine/json.ts'
import { valueAt, parsePointer } from '../../src/engine/pointer.ts'

const containers = (...images: readonly string[]) => ({
  containers: images.map(image => ({ name: image.split(':')[0], image })),
})

test.each([
  { what: 'a changed leaf', before: { a: { b: 1 } }, after: { a: { b: 2 } }, found: [['/a/b', 1, 2]] },
  {
    what: 'an added map, leaf by leaf',
    before: {},
    after: { a: { b: 1, c: 2 } },
    found: [
      ['/a/b', null, 1],
      ['/a/c', null, 2],
    ],
  },
  { what: 'an added empty map', before: {}, after: { emptyDir: {} }, found: [['/emptyDir', null, {}]] },
  { what: 'a removed leaf', before: { a: 1 }, after: {}, found: [['/a', 1, null]] },
  { what: 'null and absent', before: { a: null }, after: {}, found: [] },
  {
    what: 'a name with a slash and a tilde',
    before: { 'a/b~c': 1 },
    after: {},
    found: [['/a~1b~0c', 1, null]],
  },
  {
    what: 'a container inserted before another one',
    before: containers('app:1'),
    after: containers('init:1', 'app:1'),
    found: [['/containers/0', null, { name: 'init', image: 'init:1' }]],
  },
  {
    what: 'a container removed and another one changed',
    before: containers('side:1', 'app:1'),
    after: containers('app:2'),
    found: [
      ['/containers/0/image', 'app:1', 'app:2'],
      ['/containers/0', { name: 'side', image: 'side:1' }, null],
    ],
  },
  {
    what: 'containers in another order',
    before: containers('a:1', 'b:1'),
    after: containers('b:1', 'a:1'),
    found: [['/containers', ['a', 'b'], ['b', 'a']]],
  },
  {
    what: 'ports told apart by number and protocol, which is TCP when left out',
    before: {
      ports: [
        { containerPort: 53, protocol: 'TCP' },
        { containerPort: 53, protocol: 'UDP' },
      ],
    },
    after: { ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }] },
    found: [
      ['/ports/0/protocol', 'TCP', null],
      ['/ports/1/name', null, 'dns'],
    ],
  },
  {
    what: 'texts of a list of equal length',
    before: { args: ['a', 'b'] },
    after: { args: ['a', 'c'] },
    found: [['/args/1', 'b', 'c']],
  },
  {
    what: 'a longer list of texts',
    before: { args: ['a'] },
    after: { args: ['a', 'b'] },
    found: [['/args', ['a'], ['a', 'b']]],
  },
  {
    what: 'a map that became a text',
    before: { a: { b: 1 } },
    after: { a: 'x' },
    found: [['/a', { b: 1 }, 'x']],
  },
  {
    what: 'an absent list',
    before: {},
    after: { env: [{ name: 'A' }] },
    found: [['/env/0', null, { name: 'A' }]],
  },
])('finds $what', ({ before, after, found }) => {
  expect(diffFields(before, after).map(it => [it.path, it.before, it.after])).toEqual(found)
})

const anyObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))

test('finds nothing between equal values, and something between values that differ by more than null', () => {
  fc.assert(
    fc.property(anyObject, anyObject, (a, b) => {
      expect(diffFields(a, structuredClone(a))).toEqual([])
      const clean = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, it) => it ?? undefined))
      if (!sameJson(clean(a), clean(b)) && !JSON.stringify([a, b]).includes('null'))
        expect(diffFields(a, b)).not.toEqual([])
    }),
  )
})

test('every path leads to the value that it tells, in after or else in before', () => {
  fc.assert(
    fc.property(anyObject, anyObject, (a, b) => {
      for (const { path, before, after } of diffFields(a, b)) {
        const [side, value] = after === null ? [a, before] : [b, after]
        expect(valueAt(side, parsePointer(path)) ?? null).toEqual(value)
      }
    }),
  )
})
