import { randomBytes } from 'node:crypto'
import type { PlanRequest } from '../../src/agent/plan/planner.ts'
import type { Resource } from '../../src/agent/cluster/cluster.ts'
import { objectPath } from '../../src/agent/cluster/paths.ts'
import type { Application } from '../../src/model/application.ts'
import { formatIdentity, groupOf, type ObjectId, objectIdOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { application } from '../builders/application.ts'
import { admissionLabel } from './admission.ts'
import { textOf } from './at.ts'
import type { Target } from './hands.ts'
import type { Mismatch } from './mismatch.ts'
import { driftFrom, judge, judgeDrift, type Snapshot } from './oracle.ts'
import type { Lane, Place } from './place.ts'
import type { EditSeed, Sequence } from './sequence.ts'
import type { Change } from '../../src/model/plan.ts'
import {
  choiceOf,
  pick,
  render,
  withChoice,
  withoutChoice,
  withoutOddities,
  type Written,
  writtenFrom,
} from './written.ts'

/** What came of a sequence. */
export interface Outcome {
  readonly mismatches: readonly Mismatch[]
  /** How many changes of each kind were judged, and how many syncs of each ending. */
  readonly tally: Tally
  /** What was done, for people. */
  readonly script: readonly string[]
}

export type Tally = Readonly<Record<string, number>>

/** Plays a sequence in a namespace of its own, on the real API server, with the real planner and syncer. */
export async function play(
  sequence: Sequence,
  place: Place,
  lane: Lane,
  script: string[] = [],
): Promise<Outcome> {
  const namespace = place.freeName()
  script.push(`namespace ${namespace}, admission: ${sequence.admission}`)
  const stage = openStage(sequence, namespace, place)
  const tally: Record<string, number> = {}
  await stage.begin(script)
  for (const edits of sequence.rounds) {
    script.push('round')
    const hasEdited = await stage.edit(edits, script)
    const mismatches = await playRound(stage, place, lane, { hasEdited, script, tally })
    if (mismatches.length > 0) return { mismatches, script, tally }
  }
  return { mismatches: [], script, tally }
}

interface Round {
  readonly hasEdited: { readonly git: boolean; readonly hands: boolean }
  readonly script: string[]
  readonly tally: Record<string, number>
}

async function playRound(
  stage: Stage,
  place: Place,
  lane: Lane,
  { hasEdited, script, tally }: Round,
): Promise<readonly Mismatch[]> {
  const { app, ids } = stage
  const { signal } = place
  const head = stage.rendered()
  const request: PlanRequest = { application: app, head, base: stage.lastHead, revision: null }
  const before = await stage.snapshot()
  lane.takeRequests()
  const planned = await lane.planner.plan(request, signal)
  const writes = lane.takeRequests().filter(it => it.method !== 'GET' && !it.dryRun)
  if (writes.length > 0) return [{ law: 'reads only', id: null, detail: JSON.stringify(writes) }]
  for (const { id, action, origin, fields, note, error } of planned.plan.changes) {
    const told = fields.map(it => `${it.path} (${it.origin})`).join(' ')
    tally[action] = (tally[action] ?? 0) + 1
    script.push(`  plan: ${action} ${id} (${origin}) ${error?.message ?? told} ${note ?? ''}`)
  }
  const onlyHands = stage.isAsSynced && hasEdited.hands && !hasEdited.git
  const drift = onlyHands ? await driftFrom(planned, before, lane.cluster) : []
  const result = await lane.syncer.sync(
    {
      id: randomBytes(8).toString('hex'),
      application: app,
      removed: false,
      repository: null,
      revision: randomBytes(20).toString('hex'),
      rendered: head,
      reviewedDigest: planned.plan.changeDigest,
      requireReviewedPlan: true,
    },
    signal,
  )
  tally[result.outcome] = (tally[result.outcome] ?? 0) + 1
  script.push(`  sync: ${result.outcome} ${result.error?.message ?? ''}`)
  const after = await stage.snapshot()
  const mismatches = [
    ...judge({ planned, result, before, after, ids }),
    ...(onlyHands ? judgeDrift(drift, planned) : []),
    ...(stage.isAsSynced ? judgeOrigins(planned.plan.changes, hasEdited) : []),
  ]
  stage.lastHead = head
  stage.isAsSynced = result.outcome === 'synced'
  if (result.outcome === 'refused') stage.mend(planned.plan.changes)
  if (mismatches.length > 0 || result.outcome !== 'synced') return mismatches
  lane.takeRequests()
  const second = await lane.planner.plan({ ...request, base: head }, signal)
  const dryRuns = lane.takeRequests().filter(it => it.dryRun)
  const left = second.plan.changes.filter(it => it.action !== 'leave-behind')
  return [
    ...left.map((it): Mismatch => ({ law: 'settled', id: it.id, detail: `${it.action}\n${it.diff}` })),
    ...dryRuns.map((it): Mismatch => ({ law: 'proved', id: null, detail: it.path })),
    ...(await driftFrom(planned, after, lane.cluster)).map(
      (it): Mismatch => ({ law: 'drift', id: it.id, detail: `${it.action} right after a sync\n${it.diff}` }),
    ),
  ]
}

function judgeOrigins(
  changes: readonly { readonly id: ObjectId; readonly action: string; readonly origin: string }[],
  { git, hands }: Round['hasEdited'],
): readonly Mismatch[] {
  if (git === hands) return []
  const expected = git ? 'pull-request' : 'drift'
  return changes
    .filter(it => it.action !== 'error' && it.action !== 'leave-behind' && it.origin !== expected)
    .map(it => ({ law: 'origin', id: it.id, detail: `${it.action} is told as ${it.origin}` }))
}

interface Stage {
  readonly app: Application
  readonly ids: readonly ObjectId[]
  lastHead: PlanRequest['base']
  /** Whether the cluster was as Git before this round's edits. */
  isAsSynced: boolean
  begin(script: string[]): Promise<void>
  edit(edits: readonly EditSeed[], script: string[]): Promise<Round['hasEdited']>
  rendered(): PlanRequest['head']
  /** The author takes back what is strange about objects that were refused. */
  mend(changes: readonly Change[]): void
  /** As it is once controllers have nothing to say any more. */
  snapshot(): Promise<Snapshot>
}

function openStage(sequence: Sequence, namespace: string, place: Place): Stage {
  const { api, hands, controllers, discovery } = place
  const objects = sequence.objects.map((seed, at) => writtenFrom(seed, at, namespace))
  const base = application({ name: namespace, namespace })
  const app: Application = {
    ...base,
    syncPolicy: {
      ...base.syncPolicy,
      retry: { limit: 1, durationSeconds: 0.1, maxDurationSeconds: 1, factor: 2 },
      timeoutSeconds: 20,
    },
  }
  const targets = objects.map((object): Target => {
    const resource = discovery.find(object.kind.apiVersion, object.kind.kind)
    if (!resource) throw new Error(`the API server does not serve ${object.kind.kind}`)
    return { resource, namespace, object }
  })
  const idOf = ({ kind, name }: Written): ObjectId =>
    formatIdentity({
      group: groupOf(kind.apiVersion),
      kind: kind.kind,
      namespace: kind.scope === 'namespaced' ? namespace : '',
      name,
    })
  const placed = (object: Written): KubernetesObject => {
    const bare = render(object)
    return object.kind.scope === 'cluster' ? bare : { ...bare, metadata: { ...bare.metadata, namespace } }
  }

  /** Hands find only what is there, and scale only what has replicas. */
  function indexFor(seed: EditSeed, fits: (object: Written) => boolean): number | null {
    const hasReplicas = ({ kind }: Written) => kind.kind === 'Deployment' || kind.kind === 'StatefulSet'
    const found = objects.flatMap((object, at) =>
      fits(object) && (seed.how !== 'scale' || hasReplicas(object)) ? [at] : [],
    )
    return found.length > 0 ? pick(found, seed.object) : null
  }

  /** In the version in which Git writes it. */
  function resourceOf(object: Written, at: number): Resource {
    const { apiVersion, kind } = render(object)
    return discovery.find(apiVersion, kind) ?? (targets[at] as Target).resource
  }

  async function readAll(): Promise<KubernetesObject[]> {
    const answers = await Promise.all(
      objects.map((object, at) =>
        api.call({
          method: 'GET',
          path: objectPath(resourceOf(object, at), { namespace, name: object.name }),
        }),
      ),
    )
    return answers.filter(it => it.status === 200).map(it => it.body)
  }

  return {
    app,
    ids: objects.map(idOf),
    lastHead: null,
    isAsSynced: false,
    async begin(script) {
      const metadata = { name: namespace, labels: { [admissionLabel]: sequence.admission } }
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata }
      await api.call({ method: 'POST', path: '/api/v1/namespaces', body })
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
      if (objects.some(it => it.kind.kind === 'Pod')) {
        await api.call({
          method: 'POST',
          path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
          body: account,
        })
      }
      for (const [at, seed] of sequence.objects.entries()) {
        const object = objects[at] as Written
        script.push(`  ${seed.start}: ${JSON.stringify(render(object))}`)
        const target = targets[at] as Target
        if (seed.start === 'kubectl create') await hands.create(target, placed(object))
        if (seed.start === 'kubectl apply --server-side')
          await hands.serverSideApply(target, placed(object), 'kubectl')
      }
      const applied = objects.filter((_, at) => sequence.objects[at]?.start === 'kubectl apply')
      await hands.kubectlApply(namespace, applied.map(placed))
    },
    async edit(edits, script) {
      const hasEdited = { git: false, hands: false }
      const present = new Set((await readAll()).map(objectIdOf))
      for (const seed of edits) {
        const isByHand = !seed.how.startsWith('git')
        const at = indexFor(seed, isByHand ? object => present.has(idOf(object)) : () => true)
        if (at === null) continue
        const object = objects[at] as Written
        const choice = choiceOf(object.kind, seed, [...object.values.keys()])
        const what = `${textOf(choice.field.at)} = ${JSON.stringify(choice.value)} (${choice.field.how ?? 'set'})`
        switch (seed.how) {
          case 'git set':
            if (choice.value !== undefined) objects[at] = withChoice(object, choice)
            break
          case 'git unset': {
            const [name] = object.values.size > 0 ? [pick([...object.values.keys()], seed.field)] : []
            if (name !== undefined) objects[at] = withoutChoice(object, { name })
            script.push(`  git unset of ${idOf(object)}: ${name}`)
            break
          }
          case 'git drop':
          case 'git again':
            objects[at] = { ...object, isInGit: seed.how === 'git again' }
            break
          default: {
            const done = await hands.edit({ ...(targets[at] as Target), object }, seed.how, choice)
            script.push(`  ${seed.how} of ${idOf(object)}: ${what}${done ? '' : ' is refused'}`)
            hasEdited.hands ||= done
            continue
          }
        }
        hasEdited.git = true
        if (seed.how !== 'git unset') script.push(`  ${seed.how} of ${idOf(object)}: ${what}`)
      }
      return hasEdited
    },
    rendered: () =>
      objects
        .filter(it => it.isInGit)
        .map((it, at) => ({ object: render(it), source: { file: 'all.yaml', line: at + 1 } })),
    mend(changes) {
      const refused = new Set(
        changes.filter(it => it.action === 'error' || it.action === 'replace').map(it => it.id),
      )
      for (const [at, object] of objects.entries()) {
        if (refused.has(idOf(object))) objects[at] = withoutOddities(object)
      }
    },
    async snapshot() {
      for (;;) {
        const read = await readAll()
        const tended = await Promise.all(read.map(object => controllers.tend(object)))
        if (tended.some(Boolean)) continue
        return new Map(read.map(object => [objectIdOf(object), object]))
      }
    },
  }
}
