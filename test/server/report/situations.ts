import type { ApplicationView, PullRequestView } from '../../../src/server/report/view.ts'
import { change, field, planned, view } from './views.ts'

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

const adopted = change({
  id: '/Service/guestbook/frontend',
  action: 'adopt',
  fields: [field({ path: '/spec/ports/0/port', before: 80, after: 8080 })],
  diff: '@@ -9,4 +9,4 @@\n spec:\n   ports:\n-  - port: 80\n+  - port: 8080\n     protocol: TCP\n',
  source: { file: 'guestbook/base/frontend.yaml', line: 40 },
})

const replaced = change({
  id: 'batch/Job/guestbook/migrate',
  action: 'replace',
  fields: [
    field({ path: '/spec/template/spec/containers/0/image', before: 'migrate:v4', after: 'migrate:v5' }),
  ],
  diff: '@@ -12,3 +12,3 @@\n       containers:\n-      - image: migrate:v4\n+      - image: migrate:v5\n         name: migrate\n',
  risks: [
    {
      code: 'replace',
      severity: 'high',
      message: '`spec.template` cannot be changed: Job `migrate` is deleted and made anew',
    },
  ],
})

const refused = change({
  id: 'networking.k8s.io/Ingress/guestbook/frontend',
  action: 'error',
  fields: [],
  diff: '',
  error: {
    code: 'refused-by-server',
    message:
      'admission webhook "validate.nginx.ingress.kubernetes.io" denied the request: host "shop.example.com" and path "/" is already defined in ingress shop/front',
    location: null,
    hint: 'change the host or the path, or remove the other Ingress first',
  },
})

const secret = change({
  id: '/Secret/guestbook/redis',
  fields: [
    field({
      path: '/data/password',
      before: '(redacted, hmac 1a2b3c4d)',
      after: '(redacted, hmac 9f8e7d6c)',
    }),
  ],
  diff: '@@ -1,4 +1,4 @@\n apiVersion: v1\n data:\n-  password: (redacted, hmac 1a2b3c4d)\n+  password: (redacted, hmac 9f8e7d6c)\n   user: (redacted, hmac 00aa11bb)\n',
  risks: [
    {
      code: 'secret-in-git',
      severity: 'medium',
      message: 'Secret `redis` is in Git in plain text, for everybody who can read the repository',
    },
  ],
  source: { file: 'guestbook/base/redis-secret.yaml', line: 1 },
})

const newKind = [
  change({
    id: 'apiextensions.k8s.io/CustomResourceDefinition//backups.example.com',
    action: 'create',
    fields: [],
    diff: `@@ -0,0 +1,3 @@\n${'+line\n'.repeat(3)}`,
  }),
  change({
    id: 'example.com/Backup/guestbook/nightly',
    action: 'create',
    fields: [],
    diff: '@@ -0,0 +1,6 @@\n+apiVersion: example.com/v1\n+kind: Backup\n+metadata:\n+  name: nightly\n+spec:\n+  schedule: 0 3 * * *\n',
    note: 'validated when its CRD is established',
  }),
]

const changedTwice = change({
  fields: [
    field({
      path: '/spec/template/spec/containers/0/image',
      before: 'frontend:hotfix',
      after: 'frontend:v4',
      origin: 'drift',
      manager: 'kubectl-set',
      managedAt: '2026-03-01T22:14:00Z',
    }),
    field({ path: '/metadata/labels/team', before: null, after: 'shop', origin: 'drift', manager: null }),
  ],
  origin: 'drift',
  diff: '@@ -3,3 +3,4 @@\n metadata:\n   labels:\n+    team: shop\n     app: guestbook\n@@ -36,3 +37,3 @@\n       containers:\n-      - image: frontend:hotfix\n+      - image: frontend:v4\n         imagePullPolicy: IfNotPresent\n',
})

const [oldSettings, newSettings] = ['bc2d4fgh5k', '9tm8k7h6g5'].map(
  it => `/ConfigMap/guestbook/settings-${it}`,
)
const hashed = [
  change({
    id: newSettings!,
    action: 'create',
    pairedWith: oldSettings!,
    fields: [field({ path: '/data/mode', before: 'slow', after: 'fast' })],
    diff: '@@ -1,3 +1,3 @@\n apiVersion: v1\n data:\n-  mode: slow\n+  mode: fast\n',
    note: 'takes the place of settings-bc2d4fgh5k, which is deleted',
  }),
  change({
    id: oldSettings!,
    action: 'delete',
    pairedWith: newSettings!,
    fields: [],
    diff: '',
    note: 'settings-9tm8k7h6g5 takes its place',
  }),
  change({
    fields: [
      field({
        path: '/spec/template/spec/volumes/0/configMap/name',
        before: 'settings-bc2d4fgh5k',
        after: 'settings-9tm8k7h6g5',
      }),
    ],
    diff: '@@ -61,3 +61,3 @@\n       - configMap:\n-          name: settings-bc2d4fgh5k\n+          name: settings-9tm8k7h6g5\n         name: settings\n',
    risks: [{ code: 'pods-restart', severity: 'medium', message: '3 pods restart' }],
  }),
]

const removed = [
  change({
    action: 'delete',
    fields: [],
    diff: '@@ -1,4 +0,0 @@\n-apiVersion: apps/v1\n-kind: Deployment\n-metadata:\n-  name: frontend\n',
    risks: [
      {
        code: 'deletes-application',
        severity: 'high',
        message: 'the application leaves Git, and all its 2 objects leave the cluster',
      },
    ],
    source: null,
  }),
  dropped,
]

const everywhere = { automatic: ['dev', 'staging'], waitsForApproval: ['prod'], manual: [] }

/** What a pull request's comment has to cope with; each is written to `golden/NAME.md`. */
export const situations: Readonly<Record<string, PullRequestView>> = {
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
  'taken-over-from-kubectl': view({
    applications: [planned({ changes: [adopted, change()] })],
  }),
  'replaced-and-refused': view({
    applications: [planned({ changes: [replaced, refused, change()] })],
  }),
  'secret-values': view({
    applications: [planned({ changes: [secret] })],
  }),
  'kind-and-its-first-object': view({
    applications: [planned({ changes: newKind })],
  }),
  'drift-alone': view({
    applications: [planned({ changes: [putBack, changedTwice] })],
  }),
  'new-name-for-new-content': view({
    applications: [planned({ changes: hashed })],
  }),
  'application-removed': view({
    applications: [planned({ revision: null, changes: removed })],
  }),
  'left-behind': view({
    applications: [
      planned({
        changes: [change({ id: '/ConfigMap/guestbook/old', action: 'leave-behind', fields: [], diff: '' })],
      }),
    ],
  }),
  'merge-conflict': view({
    applications: [],
    problems: [
      {
        code: 'merge-conflict',
        message:
          'this branch conflicts with main in guestbook/base/frontend.yaml, so there is no merge result to plan',
        location: { file: 'guestbook/base/frontend.yaml', line: null },
        hint: 'merge or rebase onto main',
      },
    ],
  }),
  'no-agent-anywhere': view({
    applications: [
      {
        application: 'guestbook',
        cluster: 'edge',
        definedIn: null,
        status: { kind: 'offline', lastSeen: null },
      },
      {
        application: 'guestbook',
        cluster: 'prod',
        definedIn: null,
        status: { kind: 'offline', lastSeen: '2026-03-02T08:00:00Z' },
      },
    ],
  }),
  'many-applications': view({ applications: fleet(60), mergeEffect: everywhere }),
}

/** Shop after shop, on three clusters. */
function fleet(count: number): readonly ApplicationView[] {
  return Array.from({ length: count }, (_, at) =>
    planned({
      application: `shop-${String(Math.floor(at / 3)).padStart(3, '0')}`,
      cluster: ['dev', 'staging', 'prod'][at % 3]!,
      changes: at % 5 === 4 ? [] : [restarting],
    }),
  )
}
