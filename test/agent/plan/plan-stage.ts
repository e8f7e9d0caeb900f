import { spawn } from 'node:child_process'
import { createPlanner, type Planned, type PlanRequest } from '../../../src/agent/plan/planner.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import type { State } from '../../../src/agent/state/state.ts'
import type { Cluster } from '../../../src/agent/cluster/cluster.ts'
import { settle } from '../../../src/engine/settle.ts'
import type { Application } from '../../../src/model/application.ts'
import { objectIdOf } from '../../../src/model/identity.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { Change } from '../../../src/model/plan.ts'
import type { RenderedObject } from '../../../src/model/rendered.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { application } from '../../builders/application.ts'
import type { ControlPlane } from '../../control-plane.ts'

/** One application with a namespace of its own on the real control plane. */
export interface PlanStage {
  readonly namespace: string
  readonly app: Application
  readonly state: State
  plan(head: readonly KubernetesObject[], over?: Over): Promise<Planned>
  /** What a successful sync of these leaves behind. */
  synced(objects: readonly KubernetesObject[]): Promise<void>
  kubectl(args: readonly string[], stdin?: KubernetesObject): Promise<string>
}

interface Over extends Partial<Omit<PlanRequest, 'head' | 'base'>> {
  readonly base?: readonly KubernetesObject[] | null
  readonly cluster?: Cluster
}

export async function planStage(
  plane: ControlPlane,
  said: Parameters<typeof application>[0] = {},
): Promise<PlanStage> {
  const namespace = said.namespace ?? (await plane.namespace())
  const app = application({ name: plane.freeName('app'), ...said, namespace })
  const stateNamespace = await plane.namespace()
  const state = createState(plane.cluster, { namespace: stateNamespace })
  await state.prepare(plane.signal)

  return {
    namespace,
    app,
    state,
    plan(head, { base = null, cluster = plane.cluster, ...over } = {}) {
      const planner = createPlanner({ cluster, state, clock: () => new Date(), clusterName: 'dev' })
      const request = { application: app, revision: null, head: rendered(head), base: base && rendered(base) }
      return planner.plan({ ...request, ...over }, plane.signal)
    },
    async synced(objects) {
      const discovery = await plane.cluster.discover(plane.signal)
      const scopeOf = (apiVersion: string, kind: string) => {
        const resource = discovery.find(apiVersion, kind)
        return resource && (resource.namespaced ? ('namespaced' as const) : ('cluster' as const))
      }
      const settled = settle(rendered(objects), { application: app, scopeOf }).objects.map(it => it.object)
      for (const object of settled) {
        await plane.cluster.apply(object, { dryRun: false }, plane.signal)
        if (!object.metadata.namespace) plane.cleanUp(object)
      }
      await state.assign(app, null, plane.signal)
      await state.saveRevision(app.name, { revision: null, objects: settled, limit: 3 }, plane.signal)
      await state.saveStatus(app.name, { inventory: settled.map(objectIdOf) }, plane.signal)
    },
    async kubectl(args, stdin) {
      const binary = `${await ensureBinaries()}/kubectl`
      return run(binary, [`--kubeconfig=${plane.kubeconfig}`, `--namespace=${namespace}`, ...args], stdin)
    },
  }
}

/** The only change of a plan. */
export function only({ plan }: Planned): Change {
  const [change, ...more] = plan.changes
  if (!change || more.length > 0) throw new Error(`expected one change, got ${JSON.stringify(plan.changes)}`)
  return change
}

function rendered(objects: readonly KubernetesObject[]): readonly RenderedObject[] {
  return objects.map((object, at) => ({ object, source: { file: 'deploy/all.yaml', line: at * 10 + 1 } }))
}

function run(binary: string, args: readonly string[], stdin?: KubernetesObject): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(output) : reject(new Error(`kubectl: ${output}`))))
    child.stdin.end(stdin ? JSON.stringify(stdin) : '')
  })
}
