import { decide } from '../../engine/decide.ts'
import { ignoreProblems, withoutIgnored } from '../../engine/ignore-differences.ts'
import { planFrom } from '../../engine/plan.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import { isWrite, wantedFacts } from '../../engine/risks/wanted-facts.ts'
import { type Scope, settle, type Settled } from '../../engine/settle.ts'
import { provesUnchanged } from '../../engine/unchanged.ts'
import type { Application } from '../../model/application.ts'
import {
  canonicalGroup,
  groupOf,
  identityOf,
  type ObjectId,
  objectIdOf,
  parseIdentity,
} from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Plan } from '../../model/plan.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { LiveRead, RenderedObject } from '../../model/rendered.ts'
import type { Cluster, Discovery } from '../cluster/cluster.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { State } from '../state/state.ts'
import { noTenancy, type Subject, type Tenancy } from '../tenancy/tenancy.ts'
import { createKnownUnchanged } from './known-unchanged.ts'
import { movesOf, type Siblings } from './moves.ts'
import { predict } from './predict.ts'
import { refusedHooks } from './refused-hooks.ts'
import { readFacts } from './read-facts.ts'
import { readLive } from './read-live.ts'
import { recall, redactionKey, type Remembered } from './recall.ts'

export interface PlanRequest {
  readonly application: Application
  /** The merge result, rendered. */
  readonly head: readonly RenderedObject[]
  /** The target branch, rendered; null when there is none to compare with. */
  readonly base: readonly RenderedObject[] | null
  /** The head's commit; null for a plain directory. */
  readonly revision: string | null
  /** Where the application is defined; null when a person plans from a terminal. Missing means null. */
  readonly repository?: RepositoryRef | null
  /** The application leaves Git: everything that it owns goes, if it prunes. The head then holds the hooks of its removal. */
  readonly removed?: boolean
  /** Default: what the application's sync policy says. */
  readonly prune?: boolean
  /** Whether to list what others have put into the objects. Default: no. */
  readonly unmanaged?: boolean
  /** Other applications at the same revision, from which and to which objects may move. Missing: none moves. */
  readonly siblings?: Siblings | null
  /** Applications whose objects a person allows to be taken over. */
  readonly takeFrom?: readonly string[]
  /** Default: what the agent's memory on the cluster holds. */
  readonly remembered?: Remembered
  readonly onProgress?: (progress: PlanProgress) => void
}

/** How far a plan is: objects read from the cluster, then compared with what is rendered. Told often. */
export interface PlanProgress {
  readonly step: 'reading' | 'comparing'
  readonly done: number
  readonly total: number
}

export interface Planned {
  /** May leave the cluster: redacted. */
  readonly plan: Plan
  /** What it was decided from. Holds Secret content: never leaves the agent. */
  readonly input: PlanInput
}

/**
 * Says what a sync would do. Reads and dry-runs only; its cost follows what changed. An object that cannot be planned is
 * an error in the plan; rejects with ClusterError when the API server cannot be asked at all, and with InvalidInputError when
 * the application asks for differences to be ignored in a way that is not understood.
 */
export interface Planner {
  plan(request: PlanRequest, signal: AbortSignal): Promise<Planned>
  /** An apply has just had this answer: the same once more changes nothing, so that no plan has to ask. */
  learn(applied: Applied): void
}

export interface Applied {
  readonly application: Application
  /** As it was settled. */
  readonly object: KubernetesObject
  readonly answer: KubernetesObject
}

export interface PlannerDependencies {
  readonly cluster: Cluster
  readonly state: State
  readonly clock: () => Date
  /** As the agent registered it. */
  readonly clusterName: string
  /** Default: the agent does everything as itself. */
  readonly tenancy?: Tenancy
}

export function createPlanner({
  cluster: own,
  state,
  clock,
  clusterName,
  tenancy = noTenancy,
}: PlannerDependencies): Planner {
  const known = createKnownUnchanged()

  /** What Git says on both sides, and what of it the cluster holds. */
  async function readRendered(cluster: Cluster, request: PlanRequest, signal: AbortSignal) {
    const { application } = request
    const discovery = await discoverFor(cluster, request, signal)
    const head = admitted(settled(request.head, application, discovery), tenancy, request)
    const base = request.base && settled(request.base, application, everServed(discovery)).objects
    const wanted = new Map([...(base ?? []), ...head.objects].map(it => [it.id, it.object.apiVersion]))
    request.onProgress?.({ step: 'reading', done: 0, total: wanted.size })
    const rendered = await readLive({ cluster, application: application.name, wanted }, signal)
    return { discovery, head, base, rendered }
  }

  return {
    learn({ application, object, answer }) {
      const wanted = withoutIgnored(object, answer, application.ignoreDifferences, identityOf(object))
      // What a proof clears is nothing to remember.
      if (provesUnchanged(wanted, answer, wanted)) return
      known.learn(wanted, answer, answer)
    },

    async plan(request, signal) {
      const { application, removed = false } = request
      const subject = subjectOf(request)
      tenancy.admit(subject)
      const cluster = tenancy.clusterFor(own, subject)
      const unclear = ignoreProblems(application.ignoreDifferences, application.definedIn)
      if (unclear.length > 0 && !removed) throw new InvalidInputError(unclear)
      const liveAt = clock().toISOString()
      const [{ discovery, head, base, rendered }, remembered, key] = await Promise.all([
        readRendered(cluster, request, signal),
        request.remembered ?? recall(state, application.name, signal),
        redactionKey(state, signal),
      ])
      const left = leftFromBefore(remembered, rendered)
      const reads = new Map([
        ...rendered,
        ...(await readLive({ cluster, application: application.name, wanted: left }, signal)),
      ])
      const lastApplied = lastAppliedOf(remembered)
      const moves = await movesOf(
        state,
        {
          application: application.name,
          head: head.objects,
          leaving: leavingOf(reads, head.objects),
          live: reads,
          siblings: request.siblings ?? null,
          takeFrom: request.takeFrom ?? [],
          idsOf: (objects, of) => settled(objects, of, discovery).objects.map(it => it.id),
        },
        signal,
      )
      const { predictions, live } = await predict(
        {
          cluster,
          application,
          head: head.objects,
          live: reads,
          lastApplied,
          known,
          takes: moves.takes,
          onProgress: request.onProgress,
        },
        signal,
      )
      const input: PlanInput = {
        application,
        cluster: clusterName,
        revision: request.revision,
        head: head.objects,
        base,
        live,
        predictions,
        inventory: remembered.inventory,
        lastSynced: remembered.lastSynced,
        unsettled: head.unsettled,
        hooks: head.hooks,
        prune: request.prune ?? application.syncPolicy.automated?.prune ?? false,
        removed,
        ...moves,
        failedGroups: discovery.failedGroups,
        redactionKey: key,
        unmanaged: request.unmanaged ?? false,
        liveAt,
      }
      const decided = decide(input)
      const refused = decided.some(isWrite)
        ? await refusedHooks(
            { cluster, application, head: head.objects, hooks: head.hooks, live, removed },
            signal,
          )
        : []
      const all = refused.length > 0 ? { ...input, unsettled: [...input.unsettled, ...refused] } : input
      const decisions = refused.length > 0 ? decide(all) : decided
      const facts = await readFacts(cluster, wantedFacts(decisions), signal)
      return { plan: planFrom({ ...all, facts }, decisions), input: all }
    },
  }
}

function subjectOf({ application, repository = null }: PlanRequest): Subject {
  return { application, repository }
}

/** What the cluster's owner does not allow is an error of just that object. */
function admitted(head: Settled, tenancy: Tenancy, request: PlanRequest): Settled {
  const refused = tenancy.refuse(subjectOf(request), [...head.objects, ...head.hooks])
  if (refused.length === 0) return head
  const ids = new Set(refused.map(it => it.id))
  return {
    objects: head.objects.filter(it => !ids.has(it.id)),
    hooks: head.hooks.filter(it => !ids.has(it.id)),
    unsettled: [...head.unsettled, ...refused],
  }
}

/** Discovery may be a minute old: asked again when it does not know a kind that is rendered. */
async function discoverFor(cluster: Cluster, request: PlanRequest, signal: AbortSignal): Promise<Discovery> {
  const discovery = await cluster.discover(signal)
  const rendered = [...request.head, ...(request.base ?? [])].map(it => it.object)
  const isList = (kind: string) => kind.endsWith('List')
  if (rendered.every(it => isList(it.kind) || discovery.find(it.apiVersion, it.kind))) return discovery
  cluster.forgetDiscovery()
  return cluster.discover(signal)
}

/** What is written in a version that the cluster does not serve any more still says what it was meant to be. */
function everServed(discovery: Discovery): Discovery {
  const find: Discovery['find'] = (apiVersion, kind) =>
    discovery.find(apiVersion, kind) ?? discovery.preferred(canonicalGroup(groupOf(apiVersion), kind), kind)
  return { ...discovery, find }
}

function settled(
  rendered: readonly RenderedObject[],
  application: Application,
  discovery: Discovery,
): Settled {
  const scopeOf = (apiVersion: string, kind: string): Scope | null => {
    const resource = discovery.find(apiVersion, kind)
    return resource && (resource.namespaced ? 'namespaced' : 'cluster')
  }
  const result = settle(rendered, { application, scopeOf })
  return {
    ...result,
    unsettled: result.unsettled.map(it => withServedVersion(undiscovered(it, discovery), discovery)),
  }
}

/** A kind that is served in another version is not hard to mend. */
function withServedVersion(
  unsettled: Settled['unsettled'][number],
  discovery: Discovery,
): Settled['unsettled'][number] {
  if (unsettled.problem.code !== 'unknown-kind') return unsettled
  const { group, kind } = parseIdentity(unsettled.id)
  const served = discovery.preferred(group, kind)
  if (!served) return unsettled
  const apiVersion = group === '' ? served.version : `${group}/${served.version}`
  return { ...unsettled, problem: { ...unsettled.problem, hint: `The cluster serves it in ${apiVersion}` } }
}

/** A kind is not unknown just because its group could not be asked. */
function undiscovered(
  unsettled: Settled['unsettled'][number],
  { failedGroups }: Discovery,
): Settled['unsettled'][number] {
  const [group = '', kind = ''] = unsettled.id.split('/')
  if (unsettled.problem.code !== 'unknown-kind' || !failedGroups.has(group)) return unsettled
  const problem = {
    ...unsettled.problem,
    code: 'cannot-discover',
    message: `the API group ${group} does not answer, so ${kind} cannot be planned`,
    hint: `Look at the APIService of ${group}, then plan again`,
  }
  return { ...unsettled, problem }
}

/** While a sync is under way, or was cut off, nobody knows what was applied last. */
function lastAppliedOf({ lastSynced, unfinishedSince }: Remembered): ReadonlyMap<ObjectId, KubernetesObject> {
  if (unfinishedSince !== null) return new Map()
  return new Map((lastSynced ?? []).map(object => [objectIdOf(object), object]))
}

/** What was read although the head does not have it. */
function leavingOf(reads: ReadonlyMap<ObjectId, LiveRead>, head: Settled['objects']): readonly ObjectId[] {
  const rendered = new Set(head.map(it => it.id))
  return [...reads.keys()].filter(id => !rendered.has(id))
}

/** What is kept and not rendered any more, in whatever version it is served. */
function leftFromBefore(
  { inventory }: Remembered,
  rendered: ReadonlyMap<ObjectId, LiveRead>,
): ReadonlyMap<ObjectId, null> {
  return new Map(inventory.filter(id => !rendered.has(id)).map(id => [id, null]))
}
