import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { beforeAll } from 'vitest'
import type { Cluster, Resource } from '../../../src/agent/cluster/cluster.ts'
import { createPlanner } from '../../../src/agent/plan/planner.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import type { State } from '../../../src/agent/state/state.ts'
import { createSyncer } from '../../../src/agent/sync/create-syncer.ts'
import type { SyncLimits } from '../../../src/agent/sync/context.ts'
import type { Syncer, SyncRequest } from '../../../src/agent/sync/syncer.ts'
import type { Application } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { application } from '../../builders/application.ts'
import { type ControlPlane, useControlPlane } from '../../control-plane.ts'

/** Short enough for tests; the rules are the same. */
const quick: Partial<SyncLimits> = {
  rollbackHealthMs: 10_000,
  patience: { stuckMs: 1_500, crashMs: 3_000, restarts: 3, degradedMs: 2_000 },
}

/** A control plane with an agent's memory of its own, and syncers on it. */
export interface SyncFixture {
  readonly plane: ControlPlane
  readonly stateNamespace: string
  readonly state: State
  syncer(limits?: Partial<SyncLimits>, cluster?: Cluster, identity?: string): Syncer
  /** An application of its own, in a namespace of its own. */
  shop(said?: Partial<Application> & { readonly selfHeal?: boolean; readonly prune?: boolean }): Promise<Shop>
}

/** One application and the namespace it lives in. */
export interface Shop {
  readonly application: Application
  readonly namespace: string
  request(objects: readonly KubernetesObject[], more?: Partial<SyncRequest>): SyncRequest
  sync(objects: readonly KubernetesObject[], more?: Partial<SyncRequest>): Promise<SyncResult>
  live(apiVersion: string, kind: string, name: string): Promise<KubernetesObject | null>
}

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** On a control plane that the run shares, or on one of this name. */
export function useSyncFixture(name?: string): SyncFixture {
  const plane = useControlPlane(name)
  const stateNamespace = plane.freeName('state')
  let state: State | null = null
  plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: stateNamespace } })

  beforeAll(async () => {
    state = createState(plane.cluster, { namespace: stateNamespace })
    await state.prepare(plane.signal)
  })

  const fixture: SyncFixture = {
    plane,
    stateNamespace,
    get state() {
      if (!state) throw new Error('the state is there once the first test runs')
      return state
    },
    syncer(limits = {}, cluster = plane.cluster, identity = 'a process') {
      const common = { cluster, state: createState(cluster, { namespace: stateNamespace }) }
      const clock = () => new Date()
      const planner = createPlanner({ ...common, clock, clusterName: 'dev' })
      const logger = process.env['PLUMBLINE_TEST_LOG'] ? loud : silent
      return createSyncer({
        ...common,
        planner,
        clock,
        clusterName: 'dev',
        identity,
        logger,
        namespace: stateNamespace,
        limits: { ...quick, ...limits },
      })
    },
    async shop({ selfHeal = false, prune = true, ...said } = {}) {
      const namespace = await plane.namespace()
      const base = application({ name: plane.freeName('shop'), namespace, prune })
      const own: Application = {
        ...base,
        ...said,
        syncPolicy: said.syncPolicy ?? {
          ...base.syncPolicy,
          automated: { prune, selfHeal, allowEmpty: false },
          retry: { limit: 3, durationSeconds: 0.1, maxDurationSeconds: 1, factor: 2 },
          timeoutSeconds: 30,
        },
      }
      const request = (
        objects: readonly KubernetesObject[],
        more: Partial<SyncRequest> = {},
      ): SyncRequest => ({
        id: randomBytes(8).toString('hex'),
        application: own,
        removed: false,
        repository: null,
        revision: randomBytes(20).toString('hex'),
        rendered: objects.map(object => ({ object, source: null })),
        reviewedDigest: null,
        requireReviewedPlan: false,
        ...more,
      })
      return {
        application: own,
        namespace,
        request,
        sync: (objects, more) => fixture.syncer().sync(request(objects, more), plane.signal),
        live: (apiVersion, kind, name) => read(plane, { apiVersion, kind, name, namespace }),
      }
    },
  }
  return fixture
}

const loud = {
  info: (fields: object, message: string) => console.log(message, fields),
  warn: (fields: object, message: string) => console.log(message, fields),
  error: (fields: object, message: string) => console.log(message, fields),
}

async function read(
  plane: ControlPlane,
  {
    apiVersion,
    kind,
    name,
    namespace,
  }: { apiVersion: string; kind: string; name: string; namespace: string },
): Promise<KubernetesObject | null> {
  return plane.cluster.get(await resourceOf(plane, apiVersion, kind), { namespace, name }, plane.signal)
}

export async function resourceOf(plane: ControlPlane, apiVersion: string, kind: string): Promise<Resource> {
  const resource = (await plane.cluster.discover(plane.signal)).find(apiVersion, kind)
  if (!resource) throw new Error(`the cluster does not serve ${kind} of ${apiVersion}`)
  return resource
}

/** What a person does by hand; `input` is read by `-f -`. */
export async function kubectl(
  plane: ControlPlane,
  args: readonly string[],
  input?: KubernetesObject,
): Promise<string> {
  const binary = `${await ensureBinaries()}/kubectl`
  return new Promise((resolve, reject) => {
    const all = [`--kubeconfig=${plane.kubeconfig}`, ...args]
    const child = execFile(binary, all, (error, stdout) => (error ? reject(error) : resolve(stdout)))
    child.stdin?.end(input ? JSON.stringify(input) : '')
  })
}
