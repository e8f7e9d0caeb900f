import { describe, expect, test } from 'vitest'
import { checksFor, sharedChecks } from '../../../src/server/report/checks.ts'
import type { ApplicationView, PullRequestView } from '../../../src/server/report/view.ts'
import { change, planned, view } from './views.ts'

const pending: ApplicationView = { ...planned({ cluster: 'prod' }), status: { kind: 'pending' } }
const risky = planned({ changes: [change({ risks: [{ code: 'x', severity: 'high', message: 'it goes' }] })] })

const told = (it: Partial<PullRequestView>) =>
  checksFor(view(it)).map(({ state, title, actions }) => ({
    says: state.kind === 'completed' ? state.conclusion : 'in-progress',
    title,
    buttons: actions?.map(action => action.label) ?? [],
  }))

describe('buttons', () => {
  test.each<{ situation: string; view: Partial<PullRequestView>; buttons: readonly string[] }>([
    { situation: 'what is planned', view: {}, buttons: ['Plan again'] },
    { situation: 'what is being planned', view: { applications: [pending] }, buttons: [] },
    { situation: 'a high risk', view: { applications: [risky] }, buttons: ['Approve', 'Plan again'] },
    {
      situation: 'an environment that wants an approval',
      view: { mergeEffect: { automatic: [], waitsForApproval: ['dev'], manual: [] } },
      buttons: ['Approve', 'Plan again'],
    },
    {
      situation: 'a fork',
      view: { applications: [], forkAwaitsMaintainer: true },
      buttons: ['Plan this commit'],
    },
    { situation: 'a merge group', view: { applications: [risky], isMergeGroup: true }, buttons: [] },
  ])('$situation has $buttons', ({ view: it, buttons }) => {
    expect(told(it)[0]?.buttons).toEqual(buttons)
  })

  test('are as short as GitHub takes them', () => {
    const all = [view({ applications: [risky] }), view({ forkAwaitsMaintainer: true })]
    for (const { actions = [] } of all.flatMap(checksFor)) {
      expect(actions.length).toBeLessThanOrEqual(3)
      for (const { label, description } of actions) {
        expect(label.length).toBeLessThanOrEqual(20)
        expect(description.length).toBeLessThanOrEqual(40)
      }
    }
  })
})

describe('planning again', () => {
  const because = '`main` moved to 88b01de'

  test('counts what has come in, and keeps the new plans', () => {
    expect(told({ applications: [planned(), pending], because })).toMatchObject([
      { says: 'in-progress', title: 'Planning again: main moved to 88b01de (1 of 2 plans made)' },
      { says: 'success', title: '1 to update' },
      { says: 'in-progress', title: 'Planning again: main moved to 88b01de' },
    ])
  })

  test('is over with the last of them', () => {
    expect(told({ applications: [planned()], because })[0]).toMatchObject({ says: 'success' })
  })
})

test('a merge group is not held up by what was approved on its pull requests', () => {
  const applications = [risky]
  expect(told({ applications, isMergeGroup: true }).map(it => it.says)).toEqual(['success', 'success'])
})

test.each(['closed', 'merged', 'pushed'] as const)('%s before it was planned is cancelled', ended => {
  expect(told({ applications: [planned(), pending], ended }).map(it => it.says)).toEqual([
    'cancelled',
    'success',
    'cancelled',
  ])
})

describe('of one commit that is the head of two pull requests', () => {
  test('each check says the worst of both', () => {
    const calm = view({ number: 7, plan: 1 })
    const worse = view({ number: 9, plan: 2, applications: [risky, pending] })
    const [aggregate, ...others] = sharedChecks([calm, worse])
    expect(aggregate).toMatchObject({ state: { kind: 'in-progress' }, attempt: '1-2' })
    expect(aggregate?.title).toMatch(/^#9: /)
    expect(aggregate?.summary).toContain('#7 and #9')
    expect(others.map(it => [it.name, it.state])).toEqual([
      ['plumbline / guestbook @ dev', { kind: 'completed', conclusion: 'action_required' }],
      ['plumbline / guestbook @ prod', { kind: 'in-progress' }],
    ])
  })

  test('nobody approves by a button what it does not show', () => {
    const waits = { applications: [risky] }
    expect(checksFor(view(waits))[0]?.actions?.map(it => it.action)).toEqual(['approve', 'plan'])
    const [aggregate] = sharedChecks([view({ number: 7, ...waits }), view({ number: 9, ...waits })])
    expect(aggregate?.actions?.map(it => it.action)).toEqual(['plan'])
    expect(aggregate?.summary).toMatch(/comment `\/plumbline approve` on the one that you mean/)
  })

  test('one alone is told as ever', () => {
    expect(sharedChecks([view()])).toEqual(checksFor(view()))
  })
})
