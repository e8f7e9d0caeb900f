import fc from 'fast-check'
import { marked, type Token, type Tokens } from 'marked'
import { describe, expect, test } from 'vitest'
import type { Change, FieldChange, Risk } from '../../../src/model/plan.ts'
import type { Problem } from '../../../src/model/problem.ts'
import { checksFor } from '../../../src/server/report/checks.ts'
import { pullRequestComment } from '../../../src/server/report/comment.ts'
import { driftIssue } from '../../../src/server/report/drift-issue.ts'
import { syncFailedIssue } from '../../../src/server/report/issues.ts'
import { resultComment } from '../../../src/server/report/result.ts'
import type { ApplicationView } from '../../../src/server/report/view.ts'
import { plan, syncResult, view } from './views.ts'

/** Text that tries to get out. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        '```',
        '````',
        '~~~',
        '\n',
        '\r\n',
        '\u2028',
        '|',
        '\\',
        '\\|',
        '<',
        '>',
        '</details>',
        '<details>',
        '<!--',
        '-->',
        '<b>',
        '<img src=x>',
        '</code>',
        '&lt;',
        '&',
        '@octocat',
        '@acme/owners',
        '#12',
        'GH-7',
        'a#1',
        'https://x.example',
        'www.x.example',
        'mailto:a@b.c',
        'a@b.example',
        '[x](y)',
        '![x](y)',
        '*',
        '**',
        '_',
        '$',
        '$$',
        '# ',
        '- ',
        '1. ',
        '> ',
        '---',
        '===',
        '    ',
        '\t',
        'word',
        ' ',
        '"',
        "'",
        '\u202e',
        '\ud800',
        '🚢',
        '[x]: y',
        '| a | b |',
        ':--',
        '@@ -1 +1 @@',
        '+++ ',
        '--- ',
        '/',
        ':',
        '.',
      ),
      { maxLength: 12 },
    )
    .map(parts => parts.join('')),
)

const id = fc.oneof(
  fc.tuple(hostile, hostile, hostile, hostile).map(parts => parts.join('/')),
  hostile,
)
const location = fc.option(fc.record({ file: hostile, line: fc.option(fc.integer({ min: 1, max: 9999 })) }))
const problem: fc.Arbitrary<Problem> = fc.record({
  code: hostile,
  message: hostile,
  location,
  hint: fc.option(hostile),
})
const origin = fc.constantFrom('pull-request', 'drift', 'both')
const field: fc.Arbitrary<FieldChange> = fc.record({
  path: hostile.map(text => `/${text}`),
  before: fc.oneof(hostile, fc.constant(null), fc.integer()),
  after: fc.oneof(hostile, fc.object({ maxKeys: 2, maxDepth: 1 })),
  origin,
  manager: fc.option(hostile),
  managedAt: fc.constantFrom(null, '2026-03-01T17:02:11Z', 'never'),
})
const risk: fc.Arbitrary<Risk> = fc.record({
  code: hostile,
  severity: fc.constantFrom('low', 'medium', 'high'),
  message: hostile,
})
const change: fc.Arbitrary<Change> = fc.record({
  id,
  action: fc.constantFrom('create', 'update', 'replace', 'delete', 'adopt', 'error', 'leave-behind'),
  origin,
  fields: fc.array(field, { maxLength: 3 }),
  diff: fc.oneof(
    hostile,
    fc.array(hostile, { maxLength: 30 }).map(lines => lines.join('\n+')),
    fc.nat(300).map(length => '+a rather long line of a manifest\n'.repeat(length)),
  ),
  risks: fc.array(risk, { maxLength: 2 }),
  source: location,
  error: fc.option(problem),
  note: fc.option(hostile),
})
const application: fc.Arbitrary<ApplicationView> = fc.record({
  application: hostile,
  cluster: hostile,
  definedIn: fc.constant(null),
  status: fc.oneof(
    { weight: 3, arbitrary: planStatus() },
    {
      weight: 1,
      arbitrary: fc.array(problem, { maxLength: 4 }).map(problems => ({ kind: 'failed' as const, problems })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'pending' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'offline' as const, lastSeen: null }) },
  ),
})

function planStatus(): fc.Arbitrary<ApplicationView['status']> {
  return fc.array(change, { maxLength: 8 }).map(changes => ({ kind: 'planned', plan: plan({ changes }) }))
}

const clusters = fc.array(hostile, { maxLength: 3 })
const anyView = fc
  .record({
    applications: fc.oneof(
      { weight: 4, arbitrary: fc.array(application, { maxLength: 5 }) },
      { weight: 1, arbitrary: application.map(it => Array.from({ length: 150 }, () => it)) },
    ),
    problems: fc.array(problem, { maxLength: 5 }),
    baseRef: hostile,
    planUrl: fc.constantFrom(null, 'https://plumbline.example.com/plans/0b7Zk2Yq'),
    mergeEffect: fc.record({ automatic: clusters, waitsForApproval: clusters, manual: clusters }),
    forkAwaitsMaintainer: fc.boolean(),
    replanning: fc.option(hostile),
  })
  .map(view)

const limits = fc.constantFrom(10_000, 20_000, 65_000)

/** Our own markup, and nothing else that is HTML. */
const ownHtml = /^(<\/?details>|<summary>([^<>]|<\/?(b|code)>)*<\/summary>|\s)*$/

function tokensOf(markdown: string): Token[] {
  const found: Token[] = []
  void marked.walkTokens(marked.lexer(markdown, { gfm: true }), token => void found.push(token))
  return found
}

function expectSafe(markdown: string): void {
  const tokens = tokensOf(markdown)
  for (const token of tokens) {
    if (token.type === 'html') expect(token.raw).toMatch(ownHtml)
    if (token.type === 'image') expect.fail(`an image got out: ${token.raw}`)
    if (token.type === 'link')
      expect((token as Tokens.Link).href).toMatch(/^https:\/\/(plumbline|github)\.example\.com\//)
    if (token.type === 'text' && !('tokens' in token && token.tokens)) expectQuiet(decoded(token.raw))
  }
  const html = tokens
    .filter(token => token.type === 'html')
    .map(token => token.raw)
    .join('')
  expect(html.match(/<details>/g)?.length ?? 0).toBe(html.match(/<\/details>/g)?.length ?? 0)
  expectFencesClosed(markdown)
}

/** What a forge would turn into a mention, a reference or a link. */
function expectQuiet(text: string): void {
  expect(text).not.toMatch(/@[a-z0-9]/i)
  expect(text).not.toMatch(/(^|\W)#\d/)
  expect(text).not.toMatch(/\bGH-\d/i)
  expect(text).not.toMatch(/https?:\/\/|\bwww\.\w/i)
}

function decoded(text: string): string {
  return text.replaceAll('&#8203;', '\u200b').replace(/\\([!-/:-@[-`{-~])/g, '$1')
}

function expectFencesClosed(markdown: string): void {
  let open: string | null = null
  for (const line of markdown.split('\n')) {
    const fence = /^ {0,3}(`{3,})([^`]*)$/.exec(line)
    if (!fence) continue
    if (open === null) open = fence[1]!
    else if (fence[1]!.length >= open.length && fence[2]!.trim() === '') open = null
  }
  expect(open).toBeNull()
}

const runs = { numRuns: 150 }

describe('whatever manifests, errors and names hold', () => {
  test('the comment keeps to the limit, is well formed, and calls nobody', () => {
    fc.assert(
      fc.property(anyView, limits, (it, limit) => {
        const comment = pullRequestComment(it, limit)
        expect(comment.length).toBeLessThanOrEqual(limit)
        expect(comment.isWellFormed()).toBe(true)
        expectSafe(comment)
      }),
      runs,
    )
  })

  test('so do the summaries of checks', () => {
    fc.assert(
      fc.property(anyView, it => {
        for (const { summary, title } of checksFor({ ...it, applications: it.applications.slice(0, 3) })) {
          expect(summary.length).toBeLessThanOrEqual(60_000)
          expect(title).not.toContain('\n')
          expectSafe(summary)
        }
      }),
      { numRuns: 50 },
    )
  })

  const result = fc
    .record({
      application: hostile,
      cluster: hostile,
      outcome: fc.constantFrom('synced', 'rolled-back', 'failed', 'refused', 'waiting'),
      rolledBack: fc.array(id, { maxLength: 30 }),
      health: fc.array(fc.record({ id, status: fc.constantFrom('degraded', 'healthy'), message: hostile }), {
        maxLength: 5,
      }),
      events: fc.array(hostile, { maxLength: 10 }),
      logs: fc.array(
        fc.record({ pod: hostile, container: hostile, lines: fc.array(hostile, { maxLength: 12 }) }),
        { maxLength: 4 },
      ),
      error: fc.option(fc.record({ code: hostile, message: hostile })),
    })
    .map(syncResult)

  test('so does what is said after the merge', () => {
    fc.assert(
      fc.property(fc.array(result, { minLength: 1, maxLength: 20 }), limits, (results, limit) => {
        const syncs = results.map(it => ({
          application: it.application,
          cluster: it.cluster,
          status: { kind: 'finished' as const, result: it },
          issue: null,
        }))
        const comment = resultComment(
          { revision: 'a'.repeat(40), baseRef: 'main', syncs, planUrl: null, revert: null },
          limit,
        )
        expect(comment.length).toBeLessThanOrEqual(limit)
        expectSafe(comment)
      }),
      runs,
    )
  })

  test('so do issues', () => {
    fc.assert(
      fc.property(result, fc.array(change, { maxLength: 10 }), limits, (it, drifted, limit) => {
        const failed = syncFailedIssue(
          { result: it, pullRequest: null, filesUrl: null, pageUrl: null },
          limit,
        )
        const drift = driftIssue(
          {
            report: {
              application: it.application,
              cluster: it.cluster,
              namespace: 'x',
              revision: null,
              drifted,
              healed: drifted.map(change => ({ id: change.id, at: '2026-03-01T17:02:11Z', change })),
              fight: drifted[0] ? { id: drifted[0].id, manager: it.cluster, path: '/x' } : null,
              observedAt: '2026-03-01T17:02:11Z',
            },
            since: '2026-03-01T17:02:11Z',
            selfHeal: false,
            severity: Object.fromEntries(drifted.slice(1, 3).map(change => [change.id, 'high'] as const)),
            behind: {
              revision: it.cluster,
              removed: false,
              since: it.application,
              why: 'failed',
              message: it.application,
              pullRequest: null,
              issue: null,
            },
            filesUrl: null,
            pageUrl: null,
          },
          limit,
        )
        for (const { title, body } of [failed, drift]) {
          expect(body.length).toBeLessThanOrEqual(limit)
          expect(title).not.toMatch(/[@#\n]/)
          expectSafe(body)
        }
      }),
      runs,
    )
  })
})
