import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/model/plan.ts'
import { deservesComment, pullRequestComment } from '../../../src/server/report/comment.ts'
import type { ApplicationView, PullRequestView } from '../../../src/server/report/view.ts'
import { change, field, plan, planned, scaleDiff, view } from './views.ts'

const limit = 65_000

const putBack = change({
  id: 'apps/Deployment/guestbook/redis-follower',
  origin: 'drift',
  fields: [
    field({
      before: 5,
      after: 3,
      origin: 'drift',
      manager: 'kubectl-scale',
      managedAt: '2026-03-01T17:02:11Z',
    }),
  ],
  diff: '@@ -20,3 +20,3 @@\n spec:\n-  replicas: 5\n+  replicas: 3\n   selector:\n',
  source: { file: 'guestbook/base/redis-follower.yaml', line: 2 },
})

const created = change({
  id: '/ConfigMap/guestbook/settings',
  action: 'create',
  fields: [],
  diff: '@@ -0,0 +1,6 @@\n+apiVersion: v1\n+data:\n+  theme: dark\n+kind: ConfigMap\n+metadata:\n+  name: settings\n',
  source: { file: 'guestbook/overlays/prod/settings.yaml', line: 1 },
})

const restarting = change({
  risks: [{ code: 'pods-restart', severity: 'medium', message: '3 pods restart' }],
})

const dropped = change({
  id: '/PersistentVolumeClaim/guestbook/redis-data',
  action: 'delete',
  fields: [],
  diff: '@@ -1,4 +0,0 @@\n-apiVersion: v1\n-kind: PersistentVolumeClaim\n-metadata:\n-  name: redis-data\n',
  risks: [
    {
      code: 'deletes-data',
      severity: 'high',
      message: 'PersistentVolumeClaim `redis-data` is deleted, and the data on its volume with it',
    },
  ],
  source: null,
})

const situations: Readonly<Record<string, PullRequestView>> = {
  'two-clusters': view({
    applications: [
      planned({ changes: [restarting, putBack] }),
      planned({ cluster: 'prod', changes: [restarting, created], liveAt: '2026-03-02T09:41:02Z' }),
    ],
    mergeEffect: { automatic: ['dev'], waitsForApproval: ['prod'], manual: [] },
  }),
  'high-risk': view({
    applications: [planned({ changes: [dropped] })],
    mergeEffect: { automatic: [], waitsForApproval: [], manual: ['dev'] },
  }),
  planning: view({
    applications: [
      planned(),
      { application: 'guestbook', cluster: 'prod', definedIn: null, status: { kind: 'pending' } },
    ],
    replanning: '`main` moved to `88b01de`',
  }),
  'nothing-changes': view({ applications: [planned({ changes: [] })] }),
  'cannot-be-planned': view({
    applications: [
      {
        application: 'guestbook',
        cluster: 'dev',
        definedIn: 'applications/guestbook-dev.yaml',
        status: {
          kind: 'failed',
          problems: [
            {
              code: 'yaml-syntax',
              message: 'a mapping value is not allowed here',
              location: { file: 'guestbook/base/frontend.yaml', line: 12, column: 9 },
              hint: 'Is a quote or an indentation missing on the line before?',
            },
            {
              code: 'kustomize-failed',
              message:
                'kustomize could not build guestbook/overlays/dev:\naccumulating resources: no `base`\nsee @acme',
              location: null,
              hint: null,
            },
          ],
        },
      },
      {
        application: 'guestbook',
        cluster: 'prod',
        definedIn: null,
        status: { kind: 'offline', lastSeen: '2026-03-02T08:00:00Z' },
      },
      planned({
        application: 'shop-2',
        cluster: 'prod',
        changes: [
          change({
            action: 'error',
            fields: [],
            diff: '',
            error: {
              code: 'refused-by-server',
              message: 'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
              location: null,
              hint: null,
            },
          }),
        ],
      }),
    ],
  }),
  'configuration-problems': view({
    applications: [],
    problems: [
      {
        code: 'unknown-cluster',
        message: 'no agent named "produ" has ever connected',
        location: { file: 'applications/guestbook prod.yaml', line: 9 },
        hint: 'Known clusters are dev and prod.',
      },
    ],
  }),
  'fork-awaits-maintainer': view({ forkAwaitsMaintainer: true, applications: [], planUrl: null }),
  'huge-objects-and-crds': view({
    applications: [
      planned({
        changes: [
          change({
            id: 'apiextensions.k8s.io/CustomResourceDefinition//widgets.example.com',
            action: 'create',
            diff: '@@ -0,0 +1,2 @@\n+a: 1\n+b: 2\n',
          }),
          change({
            id: '/ConfigMap/guestbook/big',
            diff: `@@ -1,1 +1,300 @@\n${'+line\n'.repeat(300)}`,
          }),
          change(),
        ],
      }),
    ],
  }),
  'hostile-names': view({
    applications: [
      planned({
        application: 'www.example.com',
        cluster: '@acme/owners',
        changes: [
          change({
            id: 'apps/Deployment/ns/`<b>@octocat',
            diff: '@@ -1,1 +1,1 @@\n-a: "```"\n+a: "````</details> @octocat #1"\n',
            note: 'See https://evil.example/?a=1 or ask @octocat about #12, GH-12 and <b>this</b> ![x](y)',
            fields: [field({ origin: 'drift', before: '`|`', after: '@x', manager: 'a`b|c' })],
            source: { file: 'a b/[x](y)/#1.yaml', line: 3 },
            risks: [{ code: 'x', severity: 'high', message: '@acme/owners | `@odd` \\| <img src=x> `' }],
          }),
        ],
      }),
    ],
  }),
}

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
    expect(comment).toContain('| prod | 0 | 40 | 0 | 0 | 0 |')
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
