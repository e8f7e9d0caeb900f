import { randomBytes } from 'node:crypto'
import type { Planned, PlanRequest } from '../../src/agent/plan/planner.ts'
import { objectPath } from '../../src/agent/cluster/paths.ts'
import type { Resource } from '../../src/agent/cluster/cluster.ts'
import type { Application } from '../../src/model/application.ts'
import { type ObjectId, objectIdOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { SyncResult } from '../../src/model/sync.ts'
import { application } from '../builders/application.ts'
import { admissionLabel } from './admission.ts'
import type { Mismatch } from './mismatch.ts'
import { driftFrom, judge, judgeDrift, judgeOrigins, type Snapshot } from './oracle.ts'
import type { Lane, Place } from './place.ts'
import type { Admission } from './sequence.ts'

/** One application in a namespace of its own. */
export interface Scene {
  readonly namespace: string
  /** Objects to look at that Git does not have (yet). */
  watch(objects: readonly KubernetesObject[]): void
  resourceOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Resource
  /** Whether Git names the namespace or not, an object of this application is there. */
  placed(object: KubernetesObject): KubernetesObject
  /** What is there, once controllers have nothing to say any more. */
  snapshot(): Promise<Snapshot>
  /** Plans and syncs what Git has, and judges what came of it. */
  deploy(head: readonly KubernetesObject[], edited: Edited): Promise<Deployed>
}

/** Who was at work since the last deploy. */
export interface Edited {
  readonly git: boolean
  readonly hands: boolean
}

export interface Deployed {
  readonly planned: Planned
  /** Null when already the plan did what it must not. */
  readonly result: SyncResult | null
  readonly mismatches: readonly Mismatch[]
}

export async function openScene(
  place: Place,
  lane: Lane,
  admission: Admission,
  ignoreDifferences: Application['ignoreDifferences'] = [],
): Promise<Scene> {
  const { api, controllers, discovery, signal } = place
  const namespace = place.freeName()
  const app = { ...applicationIn(namespace), ignoreDifferences }
  const watched = new Map<ObjectId, KubernetesObject>()
  let base: PlanRequest['base'] = null
  /** Whether the cluster was left as Git had it. */
  let isAsSynced = false
  await api.call({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace, labels: { [admissionLabel]: admission } } },
  })

  const scene: Scene = {
    namespace,
    watch(objects) {
      for (const object of objects.map(scene.placed)) watched.set(objectIdOf(object), object)
    },
    resourceOf({ apiVersion, kind }) {
      const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
      // What is not known from the beginning is of a kind that a row has defined.
      const plural = `${kind.toLowerCase()}s`
      const own: Resource = { group, version, kind, plural, namespaced: true, verbs: [] }
      return discovery.find(apiVersion, kind) ?? own
    },
    placed(object) {
      return scene.resourceOf(object).namespaced
        ? { ...object, metadata: { ...object.metadata, namespace } }
        : object
    },
    async snapshot() {
      for (;;) {
        const answers = await Promise.all(
          [...watched.values()].map(object => {
            const path = objectPath(scene.resourceOf(object), { namespace, name: object.metadata.name })
            return api.call({ method: 'GET', path })
          }),
        )
        const found = answers.filter(it => it.status === 200).map(it => it.body)
        const tended = await Promise.all(found.map(object => controllers.tend(object)))
        if (!tended.some(Boolean)) return new Map(found.map(object => [objectIdOf(object), object]))
      }
    },
    async deploy(objects, edited) {
      scene.watch(objects)
      const head = objects.map((object, at) => ({
        object,
        source: { file: 'deploy/all.yaml', line: at + 1 },
      }))
      const request: PlanRequest = { application: app, head, base, revision: null }
      const before = await scene.snapshot()
      lane.takeRequests()
      const planned = await lane.planner.plan(request, signal)
      const writes = lane.takeRequests().filter(it => it.method !== 'GET' && !it.dryRun)
      if (writes.length > 0) return { planned, result: null, mismatches: [wrong('reads only', writes)] }
      const onlyHands = isAsSynced && edited.hands && !edited.git
      const drift = onlyHands ? await driftFrom(planned, before, lane.cluster) : []
      const reviewedDigest = planned.plan.changeDigest
      const result = await lane.syncer.sync(
        { ...syncOf(app), rendered: head, reviewedDigest, requireReviewedPlan: true },
        signal,
      )
      const after = await scene.snapshot()
      const mismatches = [
        ...judge({ planned, result, before, after, ids: [...watched.keys()] }),
        ...(onlyHands ? judgeDrift(drift, planned) : []),
        ...(isAsSynced ? judgeOrigins(planned.plan.changes, edited) : []),
      ]
      base = head
      isAsSynced = result.outcome === 'synced'
      if (mismatches.length > 0 || !isAsSynced) return { planned, result, mismatches }
      return { planned, result, mismatches: await judgeSettled({ ...request, base }, planned, after) }
    },
  }
  return scene

  async function judgeSettled(
    request: PlanRequest,
    planned: Planned,
    live: Snapshot,
  ): Promise<readonly Mismatch[]> {
    lane.takeRequests()
    const { plan } = await lane.planner.plan(request, signal)
    const dryRuns = lane.takeRequests().filter(it => it.dryRun)
    const left = plan.changes.filter(it => it.action !== 'leave-behind')
    const drift = await driftFrom(planned, live, lane.cluster)
    return [
      ...left.map(it => wrong('settled', it)),
      ...dryRuns.map(it => wrong('proved', it.path)),
      ...drift.map(it => wrong('drift', it)),
    ]
  }
}

function wrong(law: Mismatch['law'], what: unknown): Mismatch {
  return { law, id: null, detail: typeof what === 'string' ? what : JSON.stringify(what, undefined, 2) }
}

function applicationIn(namespace: string): Application {
  const base = application({ name: namespace, namespace })
  return {
    ...base,
    syncPolicy: {
      ...base.syncPolicy,
      retry: { limit: 1, durationSeconds: 0.1, maxDurationSeconds: 1, factor: 2 },
      timeoutSeconds: 120,
    },
  }
}

function syncOf(app: Application) {
  return {
    id: randomBytes(8).toString('hex'),
    application: app,
    removed: false,
    repository: null,
    revision: randomBytes(20).toString('hex'),
  }
}
