import type { Application } from '../../model/application.ts'
import { objectIdOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { ObjectHealth } from '../../model/sync.ts'
import { definedKinds, isDefinition } from '../../engine/defined-kinds.ts'
import { applyOrder, kindRank, type Wave } from '../../engine/order.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { expectsKind } from '../../engine/sync-options.ts'
import { withoutOwners } from '../../engine/without-owners.ts'
import { absentAmong } from './absent.ts'
import { applyObject } from './apply-object.ts'
import { awaitHealth } from './await-health.ts'
import { awaitKinds, untilServed } from './await-kinds.ts'
import type { SyncContext } from './context.ts'
import type { SyncHooks } from './hooks/run-hooks.ts'
import { inParallel } from './in-parallel.ts'
import { together } from './together.ts'
import type { SyncProgress } from './syncer.ts'

export interface ApplyWaves {
  readonly application: Application
  readonly objects: readonly KubernetesObject[]
  /** Those of phase Sync run with the objects of their wave. */
  readonly hooks: SyncHooks | null
  /** Those of them that were not there. */
  readonly creates: ReadonlySet<ObjectId>
  /** Those of them that move here from other applications, with whose they are. */
  readonly takes: Readonly<Record<ObjectId, string>>
  readonly onProgress: (progress: SyncProgress) => void
  /** Told of each object as soon as it is applied, so that a failure later on can say what was. */
  readonly onApplied: (id: ObjectId, answer: KubernetesObject) => void
}

/**
 * Applies wave after wave: inside a wave one kind after the other, and nothing of the next wave before everything applied in
 * this one is healthy. What defines or holds others (CustomResourceDefinitions, Namespaces) is awaited before they follow.
 */
export async function applyWaves(
  context: SyncContext,
  request: ApplyWaves,
  limit: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  const { application, onProgress } = request
  const desired = request.objects.map(object => ({ id: objectIdOf(object), object, source: null }))
  const healths: ObjectHealth[] = []
  for (const { wave, objects } of withHookWaves(applyOrder(desired), request.hooks)) {
    const applied: KubernetesObject[] = []
    const ranks = Map.groupBy(objects, it => kindRank(it.object.kind))
    for (const members of ranks.values()) {
      onProgress({ step: 'apply', message: `wave ${wave}: ${members.length} ${members[0]?.object.kind}` })
      await awaitKinds(context.cluster, expected(members, application), limit)
      const fresh = members.filter(it => request.creates.has(it.id)).map(it => it.object)
      const absent = await absentAmong(context.cluster, fresh, limit)
      const answers = await inParallel(members, context.limits.requests, async ({ id, object }) => {
        const answer = await applyObject(
          context.cluster,
          {
            object,
            application,
            isNew: request.creates.has(id),
            isAbsent: absent.has(id),
            takeFrom: request.takes[id],
          },
          limit,
        )
        request.onApplied(id, answer)
        return withoutOwners(answer)
      })
      applied.push(...answers)
      if (members.some(it => isPrerequisite(it.object))) {
        await awaitPrerequisites(context, request, { wave, applied: answers }, limit)
      }
    }
    // A hook may be what the objects wait for, and the other way round.
    const [health] = await together(limit, [
      signal => awaitWave(context, request, { wave, applied }, signal),
      signal => request.hooks?.runWave('Sync', wave, signal) ?? Promise.resolve(),
    ])
    healths.push(...health)
  }
  return healths
}

function withHookWaves(waves: readonly Wave[], hooks: SyncHooks | null): readonly Wave[] {
  const known = new Set(waves.map(it => it.wave))
  const more = (hooks?.waves('Sync') ?? []).filter(it => !known.has(it))
  return [...waves, ...more.map(wave => ({ wave, objects: [] }))].sort((a, b) => a.wave - b.wave)
}

async function awaitWave(
  { cluster, limits }: SyncContext,
  { application, onProgress }: ApplyWaves,
  { wave, applied }: { wave: number; applied: readonly KubernetesObject[] },
  limit: AbortSignal,
): Promise<readonly ObjectHealth[]> {
  return awaitHealth(
    {
      cluster,
      application: application.name,
      checks: application.healthCheckExprs,
      applied,
      patience: limits.patience,
      onProgress: message => onProgress({ step: 'health', message: `wave ${wave}: ${message}` }),
    },
    limit,
  )
}

function expected(members: readonly DesiredObject[], application: Application): readonly KubernetesObject[] {
  return members.map(it => it.object).filter(it => expectsKind(it, application))
}

function isPrerequisite(object: KubernetesObject): boolean {
  return isDefinition(object) || (object.apiVersion === 'v1' && object.kind === 'Namespace')
}

async function awaitPrerequisites(
  context: SyncContext,
  request: ApplyWaves,
  made: { readonly wave: number; readonly applied: readonly KubernetesObject[] },
  limit: AbortSignal,
): Promise<void> {
  await awaitWave(context, request, made, limit)
  const kinds = [...definedKinds(made.applied).keys()]
  if (kinds.length === 0) return
  // Established is said a moment before the API server serves the kind.
  context.cluster.forgetDiscovery()
  await untilServed(context.cluster, kinds, limit)
}
