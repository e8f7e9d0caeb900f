import { expect, test } from 'vitest'
import { ClusterError } from '../../../src/agent/cluster/cluster.ts'
import { BrokenExchange } from '../../../src/agent/cluster/connection.ts'
import { applyPatch, defaultRetryLimits, pauseBefore } from '../../../src/agent/cluster/retry.ts'

const path = '/api/v1/namespaces/shop/configmaps/settings'
const get = { method: 'GET' as const, path }
const post = { method: 'POST' as const, path, body: { type: 'application/json', text: '{}' } }
const apply = { method: 'PATCH' as const, path, body: { type: applyPatch, text: '{}' } }
const jsonPatch = {
  method: 'PATCH' as const,
  path,
  body: { type: 'application/json-patch+json', text: '[]' },
}

const answer = (status: number, retryAfterSeconds: number | null = null, text = '') => ({
  status,
  retryAfterSeconds,
  text,
})
const unreachable = (cause: unknown, passing = true) => ({
  error: new ClusterError('unreachable', 'no', { status: 0, passing }, { cause }),
})
const refused = unreachable(new Error('ECONNREFUSED'))
const broken = unreachable(new BrokenExchange('reset'))
const silent = { error: new ClusterError('timeout', 'no', { status: 0, passing: true }) }
const typeMistake = JSON.stringify({ kind: 'Status', message: 'failed to create typed patch object' })
const wrongCertificate = unreachable(new BrokenExchange('self-signed'), false)

test.each([
  ['a read that is told to slow down', get, answer(429, 2), 2000],
  ['a write that is told to slow down', post, answer(429, 2), 2000],
  ['a write that was not begun', post, answer(503, 1), 1000],
  ['a wait that is too long', get, answer(429, 3600), 30_000],
  ['a read that the server failed', get, answer(500), 150],
  ['a create that the server failed', post, answer(500), null],
  ['an apply that the server failed', apply, answer(500), 150],
  ['an apply that never fits its schema', apply, answer(500, null, typeMistake), null],
  ['a dry run that the server failed', { ...jsonPatch, path: `${path}?dryRun=All` }, answer(500), 150],
  ['a JSON patch that the server failed', jsonPatch, answer(500), null],
  ['a read without an answer', get, silent, 150],
  ['an apply without an answer', apply, silent, 150],
  ['a create without an answer', post, silent, null],
  ['a refusal', get, answer(403), null],
  ['a success', get, answer(200), null],
  ['a write without connection', post, refused, 150],
  ['a read cut off', get, broken, 150],
  ['an apply cut off', apply, broken, 150],
  ['a create cut off', post, broken, null],
  ['a JSON patch cut off', jsonPatch, broken, null],
  ['a certificate that is not trusted', get, wrongCertificate, null],
  ['an abort', get, { error: new Error('enough') }, null],
])('%s waits %4$s ms', (_, call, outcome, expected) => {
  expect(pauseBefore(call, outcome, 1, defaultRetryLimits)).toBe(expected)
})
