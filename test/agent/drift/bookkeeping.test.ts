import { expect, onTestFinished, test, vi } from 'vitest'
import { createDesiredSet } from '../../../src/agent/drift/desired-set.ts'
import { createOutOfSight } from '../../../src/agent/drift/out-of-sight.ts'
import { createOwners } from '../../../src/agent/drift/owners.ts'
import { startRounds } from '../../../src/agent/drift/rounds.ts'
import { configMap } from '../../builders/objects.ts'

function useFakeTime(): void {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

test('a packed set gives what was put in, in its order', () => {
  const objects = Array.from({ length: 200 }, (_, at) =>
    configMap({ name: `settings-${at}`, data: { at: String(at), text: 'ü€' } }),
  )
  const set = createDesiredSet(objects)
  expect(Array.from(set.values(), it => it.object)).toEqual(objects)
  expect(set.get('/ConfigMap/shop/settings-199')?.object).toEqual(objects[199])
  expect([set.has('/ConfigMap/shop/settings-0'), set.has('/ConfigMap/shop/other')]).toEqual([true, false])
  expect(set.get('/ConfigMap/shop/other')).toBeUndefined()
  expect([...createDesiredSet([]).values()]).toEqual([])
})

test('an object that moves has two owners for a while', () => {
  const owners = createOwners<string>()
  owners.set('before', ['a', 'b'])
  owners.set('after', ['b', 'c'])
  expect(['a', 'b', 'c', 'd'].map(owners.of)).toEqual([['before'], ['before', 'after'], ['after'], []])
  owners.set('before', ['a'])
  expect(owners.of('b')).toEqual(['after'])
  owners.remove('after')
  expect(['a', 'b', 'c'].map(owners.of)).toEqual([['before'], [], []])
})

test('a round visits everything once in its time, never two at once, and what comes later with the next', () => {
  useFakeTime()
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const all = ['a', 'b', 'c', 'd']
  const visits: string[] = []
  startRounds(
    { period: 400, all: () => all, visit: it => visits.push(`${it} ${Date.now() % 1000}`) },
    stop.signal,
  )
  vi.setSystemTime(0)
  vi.advanceTimersByTime(400)
  expect(visits).toEqual(['a 100', 'b 200', 'c 300', 'd 400'])
  all.push('e')
  vi.advanceTimersByTime(420)
  expect(visits.map(it => it[0]).join('')).toBe('abcdabcde')
  stop.abort()
  vi.advanceTimersByTime(4000)
  expect(visits).toHaveLength(9)
})

test('what is out of sight is looked at ever more rarely, and soon again when more goes', () => {
  useFakeTime()
  vi.setSystemTime(0)
  const looks: string[] = []
  const outOfSight = createOutOfSight({
    first: 100,
    longest: 400,
    onDue: ids => looks.push(`${ids.join()} ${Date.now()}`),
  })
  outOfSight.note('a', true)
  vi.advanceTimersByTime(1500)
  expect(looks).toEqual(['a 100', 'a 300', 'a 700', 'a 1100', 'a 1500'])
  outOfSight.note('b', true)
  outOfSight.note('a', false)
  vi.advanceTimersByTime(100)
  expect(looks.at(-1)).toBe('b 1600')
  outOfSight.note('b', false)
  vi.advanceTimersByTime(4000)
  expect(looks).toHaveLength(7)
})
