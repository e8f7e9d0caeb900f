import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/model/problem.ts'
import { driftPolicyOf, severityOf } from '../../src/repository/drift-policy.ts'
import { parseSettings } from '../../src/repository/settings.ts'

const settings = (drift: readonly string[]) => {
  const text = ['version: 1', 'drift:', ...drift.map(line => `  ${line}`), ''].join('\n')
  return parseSettings(text)
}

const { settings: read } = settings([
  'reportAfter: 5m',
  'severity: { ConfigMap: none, apps/Deployment: high }',
  'overrides:',
  '  - applications: ["shop-*"]',
  '    clusters: [prod]',
  '    reportAfter: 0s',
  '    severity: { ConfigMap: high, "*": none }',
  '  - clusters: [dev]',
  '    issue: false',
  '    muteUntil: 2027-01-31T08:00:00+01:00',
])

describe('how drift is told', () => {
  test.each([
    { name: 'shop-api', cluster: 'prod', policy: { reportAfterSeconds: 0, issue: true } },
    { name: 'shop-api', cluster: 'dev', policy: { reportAfterSeconds: 300, issue: false } },
    { name: 'shop', cluster: 'prod', policy: { reportAfterSeconds: 300, issue: true, muteUntil: null } },
    { name: 'x', cluster: 'dev', policy: { muteUntil: '2027-01-31T08:00:00+01:00' } },
  ])('for $name on $cluster is what the overrides for it say', ({ policy, ...target }) => {
    expect(driftPolicyOf(read.drift, target)).toMatchObject(policy)
  })

  test.each([
    { name: 'x', id: '/ConfigMap/a/b', severity: 'none' },
    { name: 'x', id: 'apps/Deployment/a/b', severity: 'high' },
    { name: 'x', id: 'example.com/Deployment/a/b', severity: 'low' },
    { name: 'shop-api', id: '/ConfigMap/a/b', severity: 'high' },
    { name: 'shop-api', id: 'apps/Deployment/a/b', severity: 'high' },
    { name: 'shop-api', id: 'apps/StatefulSet/a/b', severity: 'none' },
    { name: 'x', id: '/constructor/a/b', severity: 'low' },
  ])('$id of $name on prod weighs $severity', ({ name, id, severity }) => {
    expect(severityOf(driftPolicyOf(read.drift, { name, cluster: 'prod' }), id)).toBe(severity)
  })

  test('is what it was where an older version kept the settings', () => {
    const policy = driftPolicyOf({ issue: false }, { name: 'x', cluster: 'dev' })
    expect(policy).toMatchObject({ issue: false, reportAfterSeconds: 0, behindAfterSeconds: 3600 })
    expect(driftPolicyOf(undefined, { name: 'x', cluster: 'dev' }).issue).toBe(true)
  })

  test('is refused with the place of what is wrong', () => {
    const { problems } = settings([
      'reportAfter: soon',
      'muteUntil: tomorrow',
      'severity: { Deployment: highh, "a b": low }',
      'clusterSilentAfter: 10m',
    ])
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^\.plumbline\.yaml:3:3: drift\.reportAfter: expected a duration/),
      expect.stringMatching(
        /^\.plumbline\.yaml:5:\d+: drift\.severity\.Deployment must be .*did you mean "high"/,
      ),
      expect.stringMatching(/^\.plumbline\.yaml:5:\d+: drift\.severity/),
      expect.stringMatching(/^\.plumbline\.yaml:4:3: drift\.muteUntil: expected a moment/),
    ])
  })
})
