import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quantityOf, sameQuantity } from '../../src/engine/quantity.ts'
import { covers, sameStored } from '../../src/engine/same-value.ts'

describe('quantities', () => {
  test.each([
    ['0.1', '100m'],
    ['1Gi', '1024Mi'],
    ['1.5Gi', '1536Mi'],
    ['1e3', '1k'],
    ['0.5e-1', '50m'],
    [2, '2'],
    ['+1', '1000m'],
    ['.5', '500m'],
  ])('%s is %s', (a, b) => {
    expect(sameQuantity(a, b)).toBe(true)
  })

  test.each([
    ['1G', '1Gi'],
    ['100m', '100M'],
    ['1', '1.0000001'],
  ])('%s is not %s', (a, b) => {
    expect(sameQuantity(a, b)).toBe(false)
  })

  test.each(['', 'm', '1.2.3', 'abc', '1 Gi', '0x10', null, {}])('%o is none', value => {
    expect(quantityOf(value)).toBeNull()
  })

  test('a whole number in Ki is 1024 of it', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 40n), 2n ** 40n), size => {
        expect(quantityOf(`${size}Ki`)).toBe(quantityOf(String(size * 1024n)))
      }),
    )
  })
})

describe('what live says', () => {
  test.each([
    { what: 'defaults added to a map', live: { a: 1, b: 2 }, written: { a: 1 } },
    {
      what: 'defaults added to items told apart by key',
      name: 'containers',
      live: [{ name: 'x', pull: 'Always' }],
      written: [{ name: 'x' }],
    },
    {
      what: 'a port with its protocol filled in',
      name: 'ports',
      live: [{ containerPort: 80, protocol: 'TCP' }],
      written: [{ containerPort: 80 }],
    },
    { what: 'a number for a text', live: 80, written: '80' },
    { what: 'nothing for an empty list', live: undefined, written: [] },
    { what: 'nothing for false', live: undefined, written: false },
  ])('covers what was written: $what', ({ live, written, name }) => {
    expect(covers(live, written, [`f:${name}`])).toBe(true)
  })

  test.each([
    { what: 'a missing field', live: {}, written: { a: 1 } },
    { what: 'another value', live: { a: 2 }, written: { a: 1 } },
    { what: 'a longer atomic list', live: ['a', 'b'], written: ['a'] },
    { what: 'a missing item', name: 'containers', live: [{ name: 'y' }], written: [{ name: 'x' }] },
  ])('does not cover what was written: $what', ({ live, written, name }) => {
    expect(covers(live, written, [`f:${name}`])).toBe(false)
  })

  test('counts extra fields where all that is stored has to be the same', () => {
    expect(sameStored({ verbs: ['get'] }, { verbs: ['get'], extra: 1 })).toBe(false)
    expect(sameStored({ limits: { cpu: '0.1' }, labels: null }, { limits: { cpu: '100m' } })).toBe(true)
  })

  test('is a text where no quantity is: 1.10 is not 1.1, nor 1k a thousand', () => {
    expect(sameStored({ data: { version: '1.10' } }, { data: { version: '1.1' } })).toBe(false)
    expect(covers({ labels: { size: '1000' } }, { labels: { size: '1k' } })).toBe(false)
  })
})
