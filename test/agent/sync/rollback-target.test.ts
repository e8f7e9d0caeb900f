import { describe, expect, test } from 'vitest'
import type { RevisionEntry } from '../../../src/agent/state/state.ts'
import { rollbackTarget } from '../../../src/agent/sync/rollback-target.ts'

const sha = (digit: string) => digit.repeat(40)

/** `5:e>3` is entry 5, whose set is `e`, made by a rollback to 3. Newest first. */
function history(...texts: readonly string[]): readonly RevisionEntry[] {
  return texts.map(text => {
    const [, number = '', set = '', to] = /^(\d+):(\w)(?:>(\d+))?$/.exec(text) ?? []
    return {
      number: Number(number),
      revision: sha(set),
      syncedAt: null,
      trigger: null,
      rolledBackTo: to === undefined ? null : Number(to),
      objects: 1,
      digest: set,
    }
  })
}

describe('a rollback that names nothing goes to', () => {
  test.each([
    { what: 'the one before', kept: ['2:b', '1:a'], to: 1 },
    { what: 'the newest that is another set', kept: ['4:b', '3:b', '2:b', '1:a'], to: 1 },
    {
      what: 'the one before that which a rollback brought back',
      kept: ['4:b>2', '3:c', '2:b', '1:a'],
      to: 1,
    },
    {
      what: 'the one before, after several rollbacks',
      kept: ['6:b>2', '5:c>3', '4:d', '3:c', '2:b', '1:a'],
      to: 1,
    },
    { what: 'the one before a sync that came after a rollback', kept: ['4:d', '3:a>1', '2:b', '1:a'], to: 2 },
  ])('$what', ({ kept, to }) => {
    expect(rollbackTarget('shop', history(...kept), null).number).toBe(to)
  })

  test.each([
    { what: 'nothing was synced', kept: [], message: /never synced/ },
    { what: 'the first is current', kept: ['1:a'], message: /nothing older than 1 \(aaaaaaa\) is kept/ },
    { what: 'all are the same set', kept: ['2:a', '1:a'], message: /nothing older/ },
    { what: 'what was before is dropped', kept: ['6:c>3', '5:e', '4:d'], message: /nothing older/ },
  ])('nowhere when $what', ({ kept, message }) => {
    expect(() => rollbackTarget('shop', history(...kept), null)).toThrow(message)
  })
})

describe('a rollback to', () => {
  const kept = history('12:c', '11:b', '10:a')

  test.each([
    { to: '10', number: 10 },
    { to: '12', number: 12 },
    { to: 'bbbbbbb', number: 11 },
    { to: 'BBBBBBBB', number: 11 },
    { to: sha('a'), number: 10 },
  ])('$to finds $number', ({ to, number }) => {
    expect(rollbackTarget('shop', kept, to).number).toBe(number)
  })

  test.each(['9', 'ddddddd', 'bbbb', 'latest', ''])('%j is refused with what there is', to => {
    expect(() => rollbackTarget('shop', kept, to)).toThrow(/10 \(aaaaaaa\)/)
  })

  test('a commit that was synced twice finds the newest of it', () => {
    expect(rollbackTarget('shop', history('3:a>1', '2:b', '1:a'), sha('a')).number).toBe(3)
  })

  test('the beginning of two commits is refused', () => {
    const alike = history('2:b', '1:a').map(it => ({
      ...it,
      revision: `abcdef0${it.number}${'0'.repeat(32)}`,
    }))
    expect(() => rollbackTarget('shop', alike, 'abcdef0')).toThrow(/more than one/)
  })
})
