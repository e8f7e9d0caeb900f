import type { Application } from '../../../src/model/application.ts'
import { applicationDocument } from '../../../src/model/application-document.ts'
import { applicationFrom } from '../../../src/model/application-from.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import type { PullRequest } from '../../../src/forge/forge.ts'

export const aRepository: RepositoryRef = {
  forge: 'github',
  host: 'github.test',
  fullName: 'acme/shop',
  cloneUrl: 'https://github.test/acme/shop.git',
}

export function revision(digit: string): string {
  return digit.repeat(40)
}

export function anApplication(
  options: { readonly name?: string; readonly cluster?: string; readonly automated?: boolean } = {},
): Application {
  const document = applicationDocument.parse({
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Application',
    metadata: { name: options.name ?? 'guestbook' },
    spec: {
      source: { repoURL: aRepository.cloneUrl, path: 'deploy' },
      destination: { name: options.cluster ?? 'dev', namespace: 'guestbook' },
      syncPolicy: (options.automated ?? true) ? { automated: { prune: true } } : {},
    },
  })
  return applicationFrom(document, { file: 'applications/guestbook.yaml', line: 1 })
}

export function aPlan(options: Partial<Plan> = {}): Plan {
  return {
    application: 'guestbook',
    cluster: 'dev',
    namespace: 'guestbook',
    revision: revision('b'),
    digest: `sha256:${'1'.repeat(64)}`,
    changeDigest: `sha256:${'2'.repeat(64)}`,
    summary: { create: 0, update: 1, replace: 0, delete: 0, adopt: 0, unchanged: 3, error: 0 },
    changes: [
      {
        id: 'apps/Deployment/guestbook/frontend',
        action: 'update',
        origin: 'pull-request',
        fields: [
          {
            path: '/spec/replicas',
            before: 2,
            after: 3,
            origin: 'pull-request',
            manager: null,
            managedAt: null,
          },
        ],
        diff: '@@ -1,3 +1,3 @@\n spec:\n-  replicas: 2\n+  replicas: 3\n',
        risks: [],
        source: { file: 'deploy/frontend.yaml', line: 1 },
        error: null,
        note: null,
      },
    ],
    liveAt: '2026-01-05T09:41:07Z',
    ...options,
  }
}

export function aSyncResult(options: Partial<SyncResult> = {}): SyncResult {
  return {
    application: 'guestbook',
    cluster: 'dev',
    outcome: 'synced',
    revision: revision('c'),
    plan: null,
    applied: ['apps/Deployment/guestbook/frontend'],
    pruned: [],
    rolledBack: [],
    health: [],
    hooks: [],
    events: [],
    logs: [],
    error: null,
    startedAt: '2026-01-05T09:42:00Z',
    finishedAt: '2026-01-05T09:42:07Z',
    ...options,
  }
}

export function aPullRequest(options: Partial<PullRequest> = {}): PullRequest {
  return {
    number: 7,
    title: 'Scale the frontend',
    author: 'alice',
    state: 'open',
    draft: false,
    head: revision('b'),
    baseRef: 'main',
    base: revision('a'),
    fromFork: false,
    mergeRevision: null,
    url: 'https://github.test/acme/shop/pull/7',
    ...options,
  }
}
