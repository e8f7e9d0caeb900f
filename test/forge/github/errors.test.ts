import { RequestError } from '@octokit/request-error'
import { expect, test } from 'vitest'
import { ForgeError } from '../../../src/forge/forge.ts'
import { toForgeError } from '../../../src/forge/github/errors.ts'

const now = new Date('2026-03-02T09:00:00Z')
const inFiveMinutes = String(now.getTime() / 1000 + 300)

function answered(status: number, headers: Record<string, string> = {}, message = 'no'): RequestError {
  const request = { method: 'GET' as const, url: 'https://api.github.com/x', headers: {} }
  return new RequestError(message, status, {
    request,
    response: { status, url: request.url, headers, data: {} },
  })
}

function unanswered(): RequestError {
  const request = { method: 'GET' as const, url: 'https://api.github.com/x', headers: {} }
  return new RequestError('fetch failed', 500, { request })
}

const never = { kind: 'never' }

test.each([
  { what: '400', error: answered(400), code: 'invalid', retry: never },
  { what: '401', error: answered(401), code: 'unauthorized', retry: { kind: 'after', seconds: 60 } },
  { what: '403', error: answered(403), code: 'forbidden', retry: never },
  { what: '404', error: answered(404), code: 'not-found', retry: never },
  { what: '409', error: answered(409), code: 'conflict', retry: { kind: 'after', seconds: 2 } },
  { what: '422', error: answered(422), code: 'invalid', retry: never },
  { what: '502', error: answered(502), code: 'server', retry: { kind: 'after', seconds: 15 } },
  { what: 'no answer', error: unanswered(), code: 'unreachable', retry: { kind: 'after', seconds: 10 } },
  {
    what: '403 with Retry-After',
    error: answered(403, { 'retry-after': '42' }),
    code: 'rate-limited',
    retry: { kind: 'after', seconds: 42 },
  },
  {
    what: '403 with nothing left',
    error: answered(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inFiveMinutes }),
    code: 'rate-limited',
    retry: { kind: 'after', seconds: 301 },
  },
  {
    what: '403 that only says so',
    error: answered(403, {}, 'You have exceeded a secondary rate limit'),
    code: 'rate-limited',
    retry: { kind: 'after', seconds: 60 },
  },
  {
    what: '429 without a word',
    error: answered(429),
    code: 'rate-limited',
    retry: { kind: 'after', seconds: 60 },
  },
  { what: 'a bug', error: new TypeError('x is undefined'), code: 'server', retry: never },
])('$what is $code', ({ error, code, retry }) => {
  const mapped = toForgeError('read x', error, now)
  expect(mapped).toMatchObject({ code, retry, message: 'could not read x', cause: error })
})

test('an error of ours stays itself', () => {
  const ours = new ForgeError('forbidden', 'read x', { kind: 'never' }, null)
  expect(toForgeError('read y', ours)).toBe(ours)
})
