import { definedKinds } from '../../engine/defined-kinds.ts'
import { hookDeletePolicies, hookOwnerOf, hookPhases, isHook } from '../../engine/hooks.ts'
import { applicationOf, ownedByAnother } from '../../engine/ownership.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import type { Application } from '../../model/application.ts'
import { describeIdentity, identityOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { HookPhase } from '../../model/sync.ts'
import type { Problem } from '../../model/problem.ts'
import type { LiveRead } from '../../model/rendered.ts'
import type { Cluster, Discovery } from '../cluster/cluster.ts'
import { inParallel } from './in-parallel.ts'
import { createdOf, laterNote, namespaceComes, refusedBy } from './predict.ts'
import { predictReplace } from './predict-replace.ts'
import { refusalOf } from './refusal.ts'

export interface HooksQuestion {
  readonly cluster: Cluster
  readonly application: Application
  readonly head: readonly DesiredObject[]
  readonly hooks: readonly DesiredObject[]
  readonly live: ReadonlyMap<ObjectId, LiveRead>
  /** The application goes: only the hooks of its removal run. */
  readonly removed: boolean
}

export interface RefusedHook {
  readonly id: ObjectId
  readonly problem: Problem
}

/**
 * The hooks that the cluster would not run, found by dry runs: one of them is reason enough to write nothing. What they need and the
 * same set brings is not held against them. Writes nothing. Rejects with ClusterError when the API server cannot be asked at all.
 */
export async function refusedHooks(
  question: HooksQuestion,
  signal: AbortSignal,
): Promise<readonly RefusedHook[]> {
  const hooks = question.hooks.filter(it =>
    hookPhases(it.object).some(phase => isOfRemoval(phase) === question.removed),
  )
  if (hooks.length === 0) return []
  const discovery = await question.cluster.discover(signal)
  const coming = [...createdOf(question), ...hooks.map(it => it.object)]
  const context: Context = { ...question, discovery, coming }
  const problems: RefusedHook[] = []
  await inParallel(hooks, async hook => {
    const problem = await problemOf(hook, context, signal)
    if (problem) problems.push({ id: hook.id, problem })
  })
  return problems
}

function isOfRemoval(phase: HookPhase): boolean {
  return phase === 'PreDelete' || phase === 'PostDelete'
}

interface Context extends HooksQuestion {
  readonly discovery: Discovery
  /** What the set creates, hooks included. */
  readonly coming: readonly KubernetesObject[]
}

async function problemOf(
  hook: DesiredObject,
  context: Context,
  signal: AbortSignal,
): Promise<Problem | null> {
  const { cluster, application, discovery, coming, head } = context
  const { object } = hook
  const namespaces = new Set(
    coming.filter(it => it.apiVersion === 'v1' && it.kind === 'Namespace').map(it => it.metadata.name),
  )
  if (laterNote(object, discovery, namespaces) !== null) return null
  const resource = discovery.find(object.apiVersion, object.kind)
  try {
    // Its own name is no use: its last run may still be there, and goes first.
    await predictReplace(cluster, withName(object), signal)
    if (!resource || !object.metadata.name) return null
    const live = await cluster.get(resource, identityOf(object), signal)
    return live && inTheWay(live, hook, application)
  } catch (error) {
    const refusal = refusalOf(hook, refusedBy(error), {
      exists: false,
      namespaceComes: namespaceComes(object, application),
      definitionChanges: definedKinds(head.map(it => it.object)).has(`${object.apiVersion}/${object.kind}`),
      created: coming,
    })
    return refusal.kind === 'refused' ? refusal.problem : null
  }
}

function withName(object: KubernetesObject): KubernetesObject {
  const { generateName, ...metadata } = object.metadata
  return metadata.name ? object : { ...object, metadata: { ...metadata, name: `${generateName}hook` } }
}

/** Whether an object of the hook's name is somebody else's: it would be deleted, or written over. */
function inTheWay(live: KubernetesObject, hook: DesiredObject, application: Application): Problem | null {
  const owner = hookOwnerOf(live) ?? applicationOf(live)
  if (owner !== null) {
    return owner === application.name ? null : ownedByAnother(live, owner, hook.source)
  }
  // Made by whoever ran these hooks before us.
  if (isHook(live)) return null
  const deletes = hookDeletePolicies(hook.object).has('BeforeHookCreation')
  return {
    code: 'hook-name-taken',
    message: `${describeIdentity(identityOf(live))} is there already and is no hook: it would be ${deletes ? 'deleted' : 'written over'} by the hook of its name`,
    location: hook.source,
    hint: 'Give the hook another name, or delete what is there',
  }
}
