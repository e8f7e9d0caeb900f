import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { ZodError } from 'zod'
import { eventFrom } from '../../../src/forge/github/events.ts'

const sha = (digit: string): string => digit.repeat(40)

const repository = { id: 11, full_name: 'ada/shop', clone_url: 'https://github.com/ada/shop.git' }
const ref = {
  forge: 'github',
  host: 'github.com',
  fullName: 'ada/shop',
  cloneUrl: 'https://github.com/ada/shop.git',
}
const ada = { login: 'ada', type: 'User' }
const bot = { login: 'renovate[bot]', type: 'Bot' }

const comment = (it: object = {}, action = 'created', issue: object = {}) => ({
  action,
  repository,
  issue: { number: 7, ...issue },
  comment: {
    id: 99,
    body: '/plumbline sync',
    user: ada,
    created_at: '2026-03-01T12:00:00Z',
    ...it,
  },
})

const pull = (action: string, more: object = {}) => ({
  action,
  number: 7,
  pull_request: { merged: false },
  repository,
  ...more,
})

const push = (it: object = {}) => ({
  ref: 'refs/heads/main',
  before: sha('a'),
  after: sha('b'),
  deleted: false,
  repository,
  ...it,
})

/** As checks name pull requests. */
const into = (id: number, number: number) => ({ number, base: { repo: { id } } })

const run = (it: object) => ({
  check_run: { head_sha: sha('c'), pull_requests: [into(11, 7), into(12, 8)] },
  sender: ada,
  repository,
  ...it,
})

const changed = { kind: 'pull-request-changed', repository: ref, number: 7 }
const ignored = { kind: 'ignored' }

test.each([
  { name: 'pull_request', payload: pull('opened'), event: changed },
  { name: 'pull_request', payload: pull('synchronize'), event: changed },
  { name: 'pull_request', payload: pull('reopened'), event: changed },
  { name: 'pull_request', payload: pull('edited', { changes: { base: { ref: {} } } }), event: changed },
  { name: 'pull_request', payload: pull('edited', { changes: { title: { from: 'x' } } }), event: ignored },
  { name: 'pull_request', payload: pull('labeled'), event: ignored },
  {
    name: 'pull_request',
    payload: pull('closed', { pull_request: { merged: true } }),
    event: { kind: 'pull-request-closed', repository: ref, number: 7, merged: true },
  },
  {
    name: 'push',
    payload: push(),
    event: { kind: 'pushed', repository: ref, branch: 'main', before: sha('a'), after: sha('b') },
  },
  {
    name: 'push',
    payload: push({ ref: 'refs/heads/feature/x' }),
    event: expect.objectContaining({ branch: 'feature/x' }),
  },
  {
    name: 'push',
    payload: push({ sender: ada }),
    event: expect.objectContaining({ after: sha('b'), by: 'ada' }),
  },
  { name: 'push', payload: push({ deleted: true }), event: ignored },
  { name: 'push', payload: push({ ref: 'refs/tags/v1' }), event: ignored },
  {
    name: 'issue_comment',
    payload: comment(),
    event: {
      kind: 'commented',
      repository: ref,
      number: 7,
      onPullRequest: false,
      commentId: '99',
      author: 'ada',
      body: '/plumbline sync',
      at: '2026-03-01T12:00:00Z',
    },
  },
  {
    name: 'issue_comment',
    payload: comment({}, 'created', { pull_request: {} }),
    event: expect.objectContaining({ onPullRequest: true }),
  },
  { name: 'issue_comment', payload: comment({ user: bot }), event: ignored },
  { name: 'issue_comment', payload: comment({ user: null }), event: ignored },
  { name: 'issue_comment', payload: comment({}, 'edited'), event: ignored },
  { name: 'issue_comment', payload: comment({}, 'deleted'), event: ignored },
  {
    name: 'check_run',
    payload: run({ action: 'rerequested' }),
    event: {
      kind: 'check-action',
      repository: ref,
      revision: sha('c'),
      pullRequests: [7],
      action: 'rerun',
      by: 'ada',
    },
  },
  {
    name: 'check_run',
    payload: run({ action: 'requested_action', requested_action: { identifier: 'approve' } }),
    event: expect.objectContaining({ action: 'approve' }),
  },
  {
    name: 'check_run',
    payload: run({
      action: 'requested_action',
      requested_action: { identifier: 'approve' },
      check_run: { head_sha: sha('c'), external_id: '12 approve plan', pull_requests: [into(12, 7)] },
    }),
    event: expect.objectContaining({ attempt: '12', pullRequests: [] }),
  },
  {
    name: 'check_suite',
    payload: {
      action: 'rerequested',
      check_suite: { head_sha: sha('c'), pull_requests: [into(12, 8), into(11, 7)] },
      sender: ada,
      repository,
    },
    event: expect.objectContaining({ action: 'rerun', pullRequests: [7] }),
  },
  {
    name: 'check_run',
    payload: run({ action: 'requested_action', requested_action: { identifier: 'toString' } }),
    event: ignored,
  },
  { name: 'check_run', payload: run({ action: 'completed' }), event: ignored },
  {
    name: 'issues',
    payload: { action: 'closed', issue: { number: 3 }, repository },
    event: { kind: 'issue-changed', repository: ref, number: 3, state: 'closed' },
  },
  { name: 'issues', payload: { action: 'labeled', issue: { number: 3 }, repository }, event: ignored },
  {
    name: 'installation',
    payload: { action: 'created', installation: { html_url: 'https://github.com/settings/installations/1' } },
    event: { kind: 'installation-changed', host: 'github.com', why: 'installation.created' },
  },
])('$name $payload.action becomes $event.kind', ({ name, payload, event }) => {
  expect(eventFrom(name, payload)).toEqual(event)
})

/** Its types describe a module that exports nothing; it is a JSON file. */
const published = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string
  readonly examples: readonly unknown[]
}[]

test('every published example of every webhook is understood', () => {
  expect(published.length).toBeGreaterThan(40)
  for (const { name, examples } of published) {
    for (const example of examples) expect(eventFrom(name, example)).toHaveProperty('kind')
  }
})

test('a payload of another shape is refused', () => {
  expect(() => eventFrom('push', { ref: 'refs/heads/main' })).toThrow(ZodError)
})
