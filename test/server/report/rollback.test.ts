import { expect, test } from 'vitest'
import { calledOff, resultHeadline } from '../../../src/server/report/result.ts'
import { rollbackReply } from '../../../src/server/report/rollback.ts'
import { head, syncResult } from './views.ts'

const about = { application: 'guestbook', cluster: 'dev' }

test.each([
  { result: null, says: /has not answered yet/ },
  {
    result: syncResult({ applied: ['/ConfigMap/a/b'], pruned: [] }),
    says: /rolled back to `\w{7}` \(1 applied\)/,
  },
  { result: syncResult({ applied: [], pruned: [] }), says: /rolled back to `\w{7}`, which changed nothing/ },
  {
    result: syncResult({ outcome: 'rolled-back', error: { code: 'rollback-asked', message: 'x' } }),
    says: /the sync of `\w{7}` was stopped, and what it had written was put back/,
  },
  {
    result: syncResult({ outcome: 'waiting', error: { code: 'rollback-asked', message: 'x' } }),
    says: /was called off before it had written anything/,
  },
  {
    result: syncResult({ outcome: 'rolled-back', error: { code: 'not-healthy', message: 'it crashes' } }),
    says: /did not become healthy either.* It crashes/,
  },
  {
    result: syncResult({ outcome: 'refused', error: { code: 'x', message: 'nothing older is kept' } }),
    says: /not rolled back, and nothing was written\. Nothing older is kept/,
  },
  {
    result: syncResult({ outcome: 'failed', error: { code: 'x', message: 'the API server is away' } }),
    says: /\*\*the rollback failed.*\*\* The API server is away/,
  },
])('a rollback that says $says', ({ result, says }) => {
  expect(rollbackReply([{ ...about, result }])).toMatch(says)
})

test('several applications are answered in one comment, a line for each', () => {
  const reply = rollbackReply([
    { ...about, result: syncResult() },
    { ...about, cluster: 'prod', result: null },
  ])
  expect(reply.split('\n').map(it => it.slice(0, 2))).toEqual(['- ', '- '])
})

test.each([
  { outcome: 'waiting', code: 'superseded', says: 'called off for a newer revision' },
  { outcome: 'rolled-back', code: 'superseded', says: 'stopped and put back for a newer revision' },
  { outcome: 'rolled-back', code: 'rollback-asked', says: /as somebody asked for a rollback/ },
  { outcome: 'rolled-back', code: 'not-healthy', says: null },
  { outcome: 'failed', code: 'superseded', says: null },
] as const)('a sync that ended $outcome as $code', ({ outcome, code, says }) => {
  const result = syncResult({ outcome, error: { code, message: 'x' } })
  if (says === null) expect(calledOff(result)).toBeNull()
  else expect(calledOff(result)).toMatch(says)
  const status = { kind: 'finished', result } as const
  const view = {
    revision: head,
    baseRef: 'main',
    syncs: [{ ...about, status, issue: null }],
    planUrl: null,
    revert: null,
  }
  if (says !== null) expect(resultHeadline(view)).toBe('called off on dev')
})
