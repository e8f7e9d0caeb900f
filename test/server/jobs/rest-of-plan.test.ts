import { expect, test } from 'vitest'
import { changedBetween } from '../../../src/server/jobs/outdate-by-drift.ts'
import { changedInCluster, restOf } from '../../../src/server/jobs/rest-of-plan.ts'
import type { DriftReport } from '../../../src/model/drift.ts'
import { change, field } from '../report/views.ts'

const now = new Date('2026-03-02T10:00:00Z')
const made = (secondsAgo: number) => new Date(now.getTime() - secondsAgo * 1000).toISOString()

test.each([
  { shaken: 0, age: 0, rest: 3 },
  { shaken: 1, age: 0, rest: 60 },
  { shaken: 1, age: 600, rest: 3 },
  { shaken: 3, age: 40, rest: 200 },
  { shaken: 30, age: 0, rest: 1800 },
])('a plan that is $age s old and the $shaken. in a row rests $rest s', ({ shaken, age, rest }) => {
  expect(restOf({ shaken, createdAt: made(age) }, now)).toBe(rest)
})

test('what changed is said of the first, and the others are counted', () => {
  expect(changedInCluster(['Deployment a/b'])).toBe('`Deployment a/b` changed in the cluster since')
  expect(changedInCluster(['ConfigMap a/b', 'Secret a/c', 'Secret a/d'], 'went from')).toBe(
    '`ConfigMap a/b` and 2 more went from the cluster since',
  )
})

const report = (...drifted: DriftReport['drifted']): DriftReport => ({
  application: 'guestbook',
  cluster: 'dev',
  namespace: 'guestbook',
  revision: null,
  drifted,
  healed: [],
  fight: null,
  observedAt: made(0),
})

test('drift that began, ended or became another is news; the same again is not', () => {
  const one = change({ id: 'one', origin: 'drift' })
  const two = change({ id: 'two', origin: 'drift' })
  const other = change({ id: 'one', origin: 'drift', fields: [field({ before: 9 })] })
  expect(changedBetween(null, report())).toEqual([])
  expect(changedBetween(null, report(one))).toEqual(['one'])
  expect(changedBetween(report(one), report(one, two))).toEqual(['two'])
  expect(changedBetween(report(one), report(other))).toEqual(['one'])
  expect(changedBetween(report(one, two), report())).toEqual(['one', 'two'])
})
