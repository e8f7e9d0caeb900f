import { describe, expect, test } from 'vitest'
import type { Check } from '../../../src/forge/forge.ts'
import { checksFor } from '../../../src/server/report/checks.ts'
import type { ApplicationView, PullRequestView } from '../../../src/server/report/view.ts'
import { change, head, planned, view } from './views.ts'

const pending: ApplicationView = {
  application: 'guestbook',
  cluster: 'prod',
  definedIn: null,
  status: { kind: 'pending' },
}
const failed: ApplicationView = {
  ...pending,
  status: {
    kind: 'failed',
    problems: [
      { code: 'yaml-syntax', message: 'bad', location: { file: 'a.yaml', line: 3 }, hint: 'mend it' },
      { code: 'kustomize-failed', message: 'nowhere', location: null, hint: null },
    ],
  },
}
const offline: ApplicationView = { ...pending, status: { kind: 'offline', lastSeen: null } }
const risky = planned({
  cluster: 'prod',
  changes: [change({ risks: [{ code: 'x', severity: 'high', message: 'it goes' }] })],
})
const refused = planned({
  changes: [
    change({
      action: 'error',
      error: { code: 'refused-by-server', message: 'no', location: null, hint: null },
    }),
  ],
})

function conclusion(check: Check | undefined): string {
  return check?.state.kind === 'completed' ? check.state.conclusion : 'in-progress'
}

describe('the aggregate check', () => {
  test.each<{ situation: string; view: Partial<PullRequestView>; conclusion: string; title: string }>([
    {
      situation: 'everything is planned',
      view: {},
      conclusion: 'success',
      title: '1 application changes on 1 cluster',
    },
    {
      situation: 'nothing changes',
      view: { applications: [planned({ changes: [] })] },
      conclusion: 'success',
      title: 'Nothing changes on any cluster',
    },
    {
      situation: 'nothing of ours is touched',
      view: { applications: [] },
      conclusion: 'neutral',
      title: 'Nothing of ours is touched',
    },
    {
      situation: 'an agent is at work',
      view: { applications: [planned(), pending] },
      conclusion: 'in-progress',
      title: '1 of 2 plans made',
    },
    {
      situation: 'the base moved',
      view: { replanning: '`main` moved to 88b01de' },
      conclusion: 'in-progress',
      title: 'Planning again: main moved to 88b01de',
    },
    {
      situation: 'an application cannot be planned',
      view: { applications: [planned(), failed] },
      conclusion: 'failure',
      title: '1 application cannot be planned, 1 application changes on 1 cluster',
    },
    {
      situation: 'the API server refuses an object',
      view: { applications: [refused] },
      conclusion: 'failure',
      title: '1 object cannot be planned',
    },
    {
      situation: 'settings are wrong',
      view: {
        applications: [],
        problems: [
          { code: 'settings', message: 'x', location: { file: '.plumbline.yaml', line: 2 }, hint: null },
        ],
      },
      conclusion: 'failure',
      title: '1 problem in the configuration',
    },
    {
      situation: 'an agent is offline',
      view: { applications: [planned(), offline] },
      conclusion: 'failure',
      title: 'Agent offline: prod; planned as soon as it is back',
    },
    {
      situation: 'a risk is high',
      view: { applications: [risky] },
      conclusion: 'action_required',
      title: 'High risk: 1 application changes on 1 cluster',
    },
    {
      situation: 'an environment waits for approval',
      view: { mergeEffect: { automatic: [], waitsForApproval: ['dev'], manual: [] } },
      conclusion: 'action_required',
      title: 'Waits for approval: dev',
    },
    {
      situation: 'a fork waits for a maintainer',
      view: { applications: [], forkAwaitsMaintainer: true },
      conclusion: 'action_required',
      title: 'A maintainer starts the plan of this fork with /plumbline plan',
    },
  ])('$situation: $conclusion', ({ view: it, conclusion: expected, title }) => {
    const [aggregate] = checksFor(view(it))
    expect(aggregate).toMatchObject({ name: 'plumbline', revision: head, title })
    expect(conclusion(aggregate)).toBe(expected)
  })

  test('an offline agent never lets a check go green, beside whatever else', () => {
    for (const other of [planned(), pending, failed, risky, refused]) {
      expect(conclusion(checksFor(view({ applications: [other, offline] }))[0])).not.toBe('success')
    }
  })
})

describe('the check of an application', () => {
  test('names the cluster and links to its part of the page', () => {
    const [, check] = checksFor(view())
    expect(check).toMatchObject({
      name: 'plumbline / guestbook @ dev',
      title: '1 to update',
      detailsUrl: 'https://plumbline.example.com/plans/0b7Zk2Yq#guestbook%40dev',
    })
  })

  test.each([
    { it: pending, expected: 'in-progress' },
    { it: failed, expected: 'failure' },
    { it: offline, expected: 'failure' },
    { it: risky, expected: 'action_required' },
    { it: refused, expected: 'failure' },
    { it: planned(), expected: 'success' },
  ])('$it.status.kind is $expected', ({ it, expected }) => {
    expect(conclusion(checksFor(view({ applications: [it] }))[1])).toBe(expected)
  })

  test('speaks of its own application only', () => {
    const checks = checksFor(view({ applications: [planned(), failed] }))
    expect(checks[1]!.summary).not.toContain('a.yaml')
    expect(checks[2]!.summary).not.toContain('guestbook/frontend')
  })
})

describe('annotations', () => {
  test('stand on the lines of the manifest, and say what to do', () => {
    const [aggregate, check] = checksFor(view({ applications: [failed] }))
    const expected = [
      {
        location: { file: 'a.yaml', line: 3 },
        level: 'failure',
        title: 'guestbook on prod: yaml syntax',
        message: 'bad\nmend it',
      },
    ]
    expect(check!.annotations).toEqual(expected)
    expect(aggregate!.annotations).toEqual(expected)
  })

  test('an object that was refused is annotated where it is written', () => {
    const [, check] = checksFor(view({ applications: [refused] }))
    expect(check!.annotations[0]).toMatchObject({
      location: { file: 'guestbook/base/frontend.yaml', line: 4 },
      title: 'guestbook on dev: Deployment guestbook/frontend',
    })
  })

  test('a high risk is a warning', () => {
    const [, check] = checksFor(view({ applications: [risky] }))
    expect(check!.annotations).toMatchObject([{ level: 'warning', message: 'it goes' }])
  })
})
