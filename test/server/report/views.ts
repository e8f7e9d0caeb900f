import type { Change, FieldChange, Plan, PlanSummary } from '../../../src/model/plan.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import type { ApplicationView, PullRequestView } from '../../../src/server/report/view.ts'

export const head = '3f2a9c10d4e5b6a7980123456789abcdef012345'
const base = '88b01de0a1b2c3d4e5f60718293a4b5c6d7e8f90'

export function field(it: Partial<FieldChange> = {}): FieldChange {
  return {
    path: '/spec/replicas',
    before: 2,
    after: 3,
    origin: 'pull-request',
    manager: null,
    managedAt: null,
    ...it,
  }
}

export function change(it: Partial<Change> = {}): Change {
  return {
    id: 'apps/Deployment/guestbook/frontend',
    action: 'update',
    origin: 'pull-request',
    fields: [field()],
    diff: scaleDiff,
    risks: [],
    source: { file: 'guestbook/base/frontend.yaml', line: 4 },
    error: null,
    note: null,
    ...it,
  }
}

export const scaleDiff = `--- live
+++ merged
@@ -16,7 +16,7 @@
   namespace: guestbook
 spec:
   progressDeadlineSeconds: 600
-  replicas: 2
+  replicas: 3
   revisionHistoryLimit: 10
   selector:
     matchLabels:
@@ -35,7 +35,7 @@
         tier: frontend
     spec:
       containers:
-      - image: registry.example.com/guestbook/frontend:v4
+      - image: registry.example.com/guestbook/frontend:v5
         imagePullPolicy: IfNotPresent
         name: frontend
         ports:
`

export function plan(it: Partial<Omit<Plan, 'summary'>> = {}): Plan {
  const changes = it.changes ?? [change()]
  return {
    application: 'guestbook',
    cluster: 'dev',
    namespace: 'guestbook',
    revision: head,
    digest: `sha256:${'a'.repeat(64)}`,
    changeDigest: `sha256:${'b'.repeat(64)}`,
    summary: summaryOf(changes),
    liveAt: '2026-03-02T09:41:07Z',
    ...it,
    changes,
  }
}

function summaryOf(changes: readonly Change[]): PlanSummary {
  const amount = (action: Change['action']): number => changes.filter(it => it.action === action).length
  return {
    create: amount('create'),
    update: amount('update'),
    replace: amount('replace'),
    delete: amount('delete'),
    adopt: amount('adopt'),
    unchanged: 6,
    error: amount('error'),
  }
}

export function planned(it: Partial<Omit<Plan, 'summary'>> = {}): ApplicationView {
  const made = plan(it)
  return {
    application: made.application,
    cluster: made.cluster,
    definedIn: `applications/${made.application}-${made.cluster}.yaml`,
    status: { kind: 'planned', plan: made },
  }
}

export function view(it: Partial<PullRequestView> = {}): PullRequestView {
  return {
    number: 7,
    head,
    base,
    baseRef: 'main',
    headUrl: `https://github.example.com/acme/guestbook/blob/${head}`,
    applications: [planned()],
    problems: [],
    planUrl: 'https://plumbline.example.com/plans/0b7Zk2Yq',
    mergeEffect: { automatic: ['dev'], waitsForApproval: [], manual: [] },
    forkAwaitsMaintainer: false,
    replanning: null,
    ...it,
  }
}

export function syncResult(it: Partial<SyncResult> = {}): SyncResult {
  return {
    application: 'guestbook',
    cluster: 'dev',
    outcome: 'synced',
    revision: head,
    plan: plan(),
    applied: ['apps/Deployment/guestbook/frontend'],
    pruned: [],
    rolledBack: [],
    health: [
      { id: 'apps/Deployment/guestbook/frontend', status: 'healthy', message: '' },
      { id: '/Service/guestbook/frontend', status: 'healthy', message: '' },
    ],
    events: [],
    error: null,
    startedAt: '2026-03-02T09:50:00Z',
    finishedAt: '2026-03-02T09:50:12.400Z',
    ...it,
  }
}
