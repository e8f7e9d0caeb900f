import { type SettleContext, settle } from '../../src/engine/settle.ts'
import type { DesiredObject, PlanInput } from '../../src/engine/plan-input.ts'
import { provesUnchanged } from '../../src/engine/unchanged.ts'
import { overlay } from '../../src/engine/overlay.ts'
import { type ObjectId, objectIdOf } from '../../src/model/identity.ts'
import type { Application } from '../../src/model/application.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { LiveRead, Prediction } from '../../src/model/rendered.ts'
import { application } from './application.ts'
import { appliedEntry } from './managed-fields.ts'

const clusterScoped = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PersistentVolume',
])

export const key = new Uint8Array(32).fill(7)

/** A cluster that serves every kind of a built-in group. */
export function scopeOf(apiVersion: string, kind: string): 'namespaced' | 'cluster' | null {
  if (apiVersion.startsWith('example.com/')) return null
  return clusterScoped.has(kind) ? 'cluster' : 'namespaced'
}

/** Objects settled for an application, each at a line of its own in `deploy/all.yaml`. */
export function desired(
  objects: readonly KubernetesObject[],
  app: Application = application(),
): readonly DesiredObject[] {
  const context: SettleContext = { application: app, scopeOf }
  const rendered = objects.map((object, at) => ({
    object,
    source: { file: 'deploy/all.yaml', line: at + 1 },
  }))
  const settled = settle(rendered, context)
  if (settled.unsettled.length > 0)
    throw new Error(settled.unsettled.map(it => it.problem.message).join('; '))
  return settled.objects
}

/** What a cluster holds after `object` was synced by us, with `changes` made by others since. */
export function synced(
  object: KubernetesObject,
  { app = application(), resourceVersion = '1' }: { app?: Application; resourceVersion?: string } = {},
): KubernetesObject {
  const [settled] = desired([object], app)
  if (!settled) throw new Error('nothing was settled')
  return {
    ...settled.object,
    metadata: {
      ...settled.object.metadata,
      uid: `uid-of-${settled.object.metadata.name}`,
      resourceVersion,
      managedFields: [appliedEntry(settled.object)],
    },
  }
}

export interface Situation {
  readonly app?: Application
  /** As written in Git. */
  readonly head?: readonly KubernetesObject[]
  readonly base?: readonly KubernetesObject[] | null
  /** As read from the cluster. */
  readonly live?: readonly KubernetesObject[]
  readonly predictions?: Readonly<Record<ObjectId, Prediction>>
  readonly reads?: Readonly<Record<ObjectId, LiveRead>>
  readonly inventory?: readonly ObjectId[]
  readonly lastSynced?: readonly KubernetesObject[] | null
  readonly unsettled?: PlanInput['unsettled']
  readonly prune?: boolean
  readonly removed?: boolean
  readonly failedGroups?: readonly string[]
}

/** A plan's input; what is not given is predicted as the server would, without its defaults. */
export function planInput(situation: Situation): PlanInput {
  const app = situation.app ?? application()
  const head = desired(situation.head ?? [], app)
  const base = situation.base === null ? null : desired(situation.base ?? [], app)
  const lives = new Map((situation.live ?? []).map(object => [objectIdOf(object), object]))
  const inventory = situation.inventory ?? [...lives.keys()]
  const ids = new Set([...head, ...(base ?? [])].map(it => it.id).concat(inventory))
  const live = new Map<ObjectId, LiveRead>()
  for (const id of ids) {
    const object = lives.get(id)
    live.set(id, situation.reads?.[id] ?? (object ? { kind: 'live', object } : { kind: 'absent' }))
  }
  return {
    application: app,
    cluster: app.destination.cluster,
    revision: 'a'.repeat(40),
    head,
    base,
    live,
    predictions: new Map(
      head.map(it => [it.id, situation.predictions?.[it.id] ?? predict(it.object, lives.get(it.id))]),
    ),
    inventory,
    lastSynced: situation.lastSynced ? desired(situation.lastSynced, app).map(it => it.object) : null,
    unsettled: situation.unsettled ?? [],
    prune: situation.prune ?? true,
    removed: situation.removed ?? false,
    failedGroups: new Set(situation.failedGroups ?? []),
    redactionKey: key,
    liveAt: '2026-01-03T00:00:00Z',
  }
}

function predict(object: KubernetesObject, live: KubernetesObject | undefined): Prediction {
  if (live && provesUnchanged(object, live)) return { kind: 'unchanged' }
  return { kind: 'predicted', object: live ? overlay(live, object) : object }
}
