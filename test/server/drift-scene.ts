import { settingsFrom } from '../../src/model/settings.ts'
import type { DriftReport } from '../../src/model/drift.ts'
import type { Change } from '../../src/model/plan.ts'
import type { RepositoryRef } from '../../src/model/repository.ts'
import type { Issue, Repository } from '../simulator/github/state.ts'
import { anApplication, revision } from './builders/application.ts'
import { change, field } from './report/views.ts'
import type { World } from './world.ts'

/** One application that drifts, in a repository of its own. */
export interface DriftScene {
  readonly repository: Repository
  readonly ref: RepositoryRef
  /** Key of the repository. */
  readonly key: string
  readonly name: string
  /** What an agent says now. */
  report(drifted: readonly Change[], more?: Partial<DriftReport>): DriftReport
  /** All of the repository, oldest first. */
  issues(): readonly Issue[]
  /** The only one. */
  issue(): Issue
  /** Bodies of its comments without their markers. */
  comments(): readonly string[]
  /** How often the forge was asked to change the issue. */
  edits(): number
}

type DriftDocument = NonNullable<Parameters<typeof settingsFrom>[0]['drift']>

export async function driftScene(
  world: World,
  it: {
    readonly name: string
    readonly cluster?: string
    readonly drift?: DriftDocument
    readonly selfHeal?: boolean
  },
): Promise<DriftScene> {
  const { name, cluster = 'dev' } = it
  const repository = await world.repository(name, { 'README.md': 'x\n' })
  const ref: RepositoryRef = {
    forge: 'github',
    host: new URL(world.github.url).host,
    fullName: `acme/${name}`,
    cloneUrl: `${world.github.url}/acme/${name}.git`,
  }
  const key = await world.store.repositories.save(ref)
  const application = anApplication({ name, cluster })
  const { automated } = application.syncPolicy
  const syncPolicy = {
    ...application.syncPolicy,
    automated: automated && { ...automated, selfHeal: it.selfHeal ?? false },
  }
  await world.store.applications.define({
    repository: key,
    application: { ...application, syncPolicy },
    settings: settingsFrom({ version: 1, drift: it.drift }),
    branch: 'main',
  })
  const issues = () => [...repository.issues.values()].filter(issue => !issue.pull)
  const issue = () => {
    const [only, ...others] = issues()
    if (!only || others.length > 0) throw new Error(`${others.length + (only ? 1 : 0)} issues`)
    return only
  }
  let moment = Date.now()
  return {
    repository,
    ref,
    key,
    name,
    report: (drifted, more = {}) => ({
      application: name,
      cluster,
      namespace: 'guestbook',
      revision: revision('a'),
      drifted,
      healed: [],
      fight: null,
      observedAt: new Date(++moment).toISOString(),
      ...more,
    }),
    issues,
    issue,
    comments: () => issue().comments.map(it => it.body.replace(/^<!--.*-->\n/, '')),
    edits: () =>
      world.github.requests.filter(
        it => it.method === 'PATCH' && it.route.includes('/issues/') && it.path.includes(`/acme/${name}/`),
      ).length,
  }
}

/** One object whose replicas somebody set. */
export function scaled(id: string, replicas: number): Change {
  return change({
    id: `apps/Deployment/guestbook/${id}`,
    origin: 'drift',
    fields: [field({ before: replicas, after: 3, origin: 'drift', manager: 'kubectl-scale' })],
    diff: `@@ -1,2 +1,2 @@\n spec:\n-  replicas: ${replicas}\n+  replicas: 3\n`,
  })
}

export function configured(id: string, value: string): Change {
  return change({
    id: `/ConfigMap/guestbook/${id}`,
    origin: 'drift',
    fields: [
      field({ path: '/data/mode', before: value, after: 'calm', origin: 'drift', manager: 'kubectl-edit' }),
    ],
    diff: `@@ -1,2 +1,2 @@\n data:\n-  mode: ${value}\n+  mode: calm\n`,
  })
}
