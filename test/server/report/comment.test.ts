import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/model/plan.ts'
import { deservesComment, pullRequestComment } from '../../../src/server/report/comment.ts'
import type { ApplicationView } from '../../../src/server/report/view.ts'
import { situations } from './situations.ts'
import { change, plan, planned, scaleDiff, view } from './views.ts'

const limit = 65_000

describe('the comment on a pull request', () => {
  test.each(Object.keys(situations))('reads well: %s', async situation => {
    const comment = pullRequestComment(situations[situation]!, limit)
    await expect(comment).toMatchFileSnapshot(`golden/${situation}.md`)
  })

  test('over the limit, whole objects give way and the table stays', async () => {
    const changes = Array.from({ length: 40 }, (_, index): Change => {
      return change({ id: `apps/Deployment/guestbook/worker-${index}` })
    })
    const crowded = view({ applications: [planned({ changes }), planned({ cluster: 'prod', changes })] })
    const comment = pullRequestComment(crowded, 8000)
    expect(comment.length).toBeLessThanOrEqual(8000)
    expect(comment).toContain('| prod | 0 | 40 | 0 | 0 |')
    expect(comment).toContain('- Deployment `guestbook/worker-3`, update')
    expect(comment.match(/<details>/g)).toHaveLength(2)
    expect(comment.match(/<\/details>/g)).toHaveLength(2)
    await expect(comment).toMatchFileSnapshot('golden/over-the-limit.md')
  })

  test('is not worth writing when nothing of ours is touched', () => {
    expect(deservesComment(view({ applications: [] }))).toBe(false)
    expect(deservesComment(view())).toBe(true)
  })

  test('a small change is shown in full beside a huge one', () => {
    const huge = change({
      id: '/ConfigMap/guestbook/huge',
      diff: `@@ -1 +1 @@\n${'+a long line of text\n'.repeat(240)}`,
    })
    const comment = pullRequestComment(view({ applications: [planned({ changes: [huge, change()] })] }), 4000)
    expect(comment).toContain('+  replicas: 3')
    expect(comment).toContain('- ConfigMap `guestbook/huge`, update: 240 changed lines')
  })

  test('tells a reason that holds on several clusters once', () => {
    const problem = { code: 'missing-file', message: 'base.yaml does not exist', location: null, hint: null }
    const failed = (cluster: string): ApplicationView => ({
      application: 'guestbook',
      cluster,
      definedIn: null,
      status: { kind: 'failed', problems: [problem] },
    })
    const comment = pullRequestComment(view({ applications: [failed('dev'), failed('prod')] }), limit)
    expect(comment).toContain('**guestbook** on **dev** and **prod**\n\n- base.yaml does not exist')
    expect(comment.match(/does not exist/g)).toHaveLength(1)
  })

  test('promises no sync where nothing can be synced', () => {
    const offline: ApplicationView = {
      application: 'guestbook',
      cluster: 'edge',
      definedIn: null,
      status: { kind: 'offline', lastSeen: null },
    }
    const comment = pullRequestComment(
      view({
        applications: [planned(), planned({ cluster: 'prod', changes: [] }), offline],
        mergeEffect: { automatic: ['dev', 'edge', 'prod'], waitsForApproval: [], manual: [] },
      }),
      limit,
    )
    expect(comment).toContain('Merging syncs automatically: dev, edge. ·')
  })

  test('says when the oldest of its plans read its cluster', () => {
    const comment = pullRequestComment(
      view({
        applications: [
          planned({ liveAt: '2026-03-02T09:41:07Z' }),
          planned({ cluster: 'prod', liveAt: '2026-03-02T09:40:00Z' }),
        ],
      }),
      limit,
    )
    expect(comment).toContain('live as of 2026-03-02 09:40:00 UTC')
    expect(plan().changes[0]!.diff).toBe(scaleDiff)
  })
})

test('objects with a hash in their names show one diff, and what gives way is one line', () => {
  const [oldId, newId] = ['bc2d4fgh5k', '9tm8k7h6g5'].map(hash => `/ConfigMap/guestbook/settings-${hash}`)
  const pair = [
    change({
      id: newId!,
      action: 'create',
      pairedWith: oldId!,
      diff: '-  mode: slow\n+  mode: fast\n',
      note: 'takes the place of settings-bc2d4fgh5k, which is deleted',
    }),
    change({
      id: oldId!,
      action: 'delete',
      pairedWith: newId!,
      fields: [],
      diff: '',
      note: 'settings-9tm8k7h6g5 takes its place',
    }),
  ]
  const body = pullRequestComment(view({ applications: [planned({ changes: pair })] }), limit)
  expect(body.match(/```diff/g)).toHaveLength(1)
  expect(body).toContain(
    '- ConfigMap `guestbook/settings-bc2d4fgh5k`, delete: settings-9tm8k7h6g5 takes its place\n',
  )
})
