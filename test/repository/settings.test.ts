import { expect, test } from 'vitest'
import { formatProblem } from '../../src/model/problem.ts'
import { defaultSettings } from '../../src/model/settings.ts'
import { parseSettings } from '../../src/repository/settings.ts'

test('no file means the defaults', () => {
  expect(parseSettings(null)).toEqual({ settings: defaultSettings, problems: [] })
})

test('a good file is read', () => {
  const { settings, problems } = parseSettings(
    'version: 1\napplications: [deploy/*.yaml]\nplan: { requireReviewedPlan: yes }\n',
  )
  expect(problems).toEqual([])
  expect(settings).toMatchObject({
    applications: ['deploy/*.yaml'],
    drift: { issue: true },
    plan: { requireReviewedPlan: true, forks: 'ask' },
  })
})

test('all problems are reported at once, each with its place and a hint', () => {
  const text = [
    'version: 2',
    'aplications: [a.yaml]',
    'drift:',
    '  issue: maybe',
    'plan:',
    '  forks: neverr',
    '  requireReviewedPlans: true',
    'environments:',
    '  - approvals: -1',
  ].join('\n')
  expect(parseSettings(text).problems.map(formatProblem)).toEqual([
    '.plumbline.yaml:1:1: version must be "1", but is 2',
    '.plumbline.yaml:4:3: drift.issue must be true or false, but is "maybe"',
    '.plumbline.yaml:6:3: plan.forks must be "ask" or "never", but is "neverr" (did you mean "never"?)',
    '.plumbline.yaml:7:3: unknown key plan.requireReviewedPlans (did you mean "requireReviewedPlan"?)',
    '.plumbline.yaml:9:5: environments[0].name is missing',
    expect.stringMatching(/^\.plumbline\.yaml:9:5: environments\[0\]\.approvals: /),
    '.plumbline.yaml:2:1: unknown key aplications (did you mean "applications"?)',
  ])
})

test.each([
  ['', '.plumbline.yaml:1:1: the file is empty (start with "version: 1")'],
  ['version: 1\n---\nversion: 1\n', '.plumbline.yaml:3:1: the file holds more than one document (keep one)'],
  ['- a\n', '.plumbline.yaml:1:1: the document must be a map, but is a list'],
])('%j is refused', (text, problem) => {
  expect(parseSettings(text).problems.map(formatProblem)).toEqual([problem])
})
