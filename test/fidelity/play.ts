import { randomBytes } from 'node:crypto'
import type { PlanRequest } from '../../src/agent/plan/planner.ts'
import { objectPath } from '../../src/agent/cluster/paths.ts'
import type { Application } from '../../src/model/application.ts'
import { formatIdentity, groupOf, type ObjectId, objectIdOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { application } from '../builders/application.ts'
import { admissionLabel } from './admission.ts'
import { textOf } from './at.ts'
import type { Target } from './hands.ts'
import type { Mismatch } from './mismatch.ts'
import { judge, judgeDrift, type Snapshot } from './oracle.ts'
import type { Lane, Place } from './place.ts'
import type { EditSeed, Sequence } from './sequence.ts'
import { choiceOf, pick, render, withChoice, withoutChoice, type Written, writtenFrom } from './written.ts'

/** What came of a sequence. */
export interface Outcome {
  readonly mismatches: readonly Mismatch[]
  /** What was done, for people. */
  readonly script: readonly string[]
}

/** Plays a sequence in a namespace of its own, on the real API server, with the real planner and syncer. */
export async function play(sequence: Sequence, place: Place, lane: Lane, script: string[] = []): Promise<Outcome> {
  const namespace = place.freeName()
  script.push(`namespace ${namespace}, admission: ${sequence.admission}`)
  const stage = openStage(sequence, namespace, place)
  await stage.begin(script)
  for (const edits of sequence.rounds) {
    script.push('round')
    const hasEdited = await stage.edit(edits, script)
    const mismatches = await playRound(stage, place, lane, { hasEdited, script })
    if (mismatches.length > 0) return { mismatches, script }
  }
  return { mismatches: [], script }
}

interface Round {
  readonly hasEdited: { readonly git: boolean; readonly hands: boolean }
  readonly script: string[]
}

async function playRound(
  stage: Stage,
  place: Place,
  lane: Lane,
  { hasEdited, script }: Round,
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
    script.push(`  plan: ${action} ${id} (${origin}) ${error?.message ?? told} ${note ?? ''}`)
  }
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
  script.push(`  sync: ${result.outcome} ${result.error?.message ?? ''}`)
  const after = await stage.snapshot()
  const mismatches = [
    ...judge({ planned, result, before, after, ids }),
    ...(stage.isAsSynced ? judgeOrigins(planned.plan.changes, hasEdited) : []),
  ]
  stage.lastHead = head
  stage.isAsSynced = result.outcome === 'synced'
  if (mismatches.length > 0 || result.outcome !== 'synced') return mismatches
  lane.takeRequests()
  const second = await lane.planner.plan({ ...request, base: head }, signal)
  const dryRuns = lane.takeRequests().filter(it => it.dryRun)
  const left = second.plan.changes.filter(it => it.action !== 'leave-behind')
  return [
    ...left.map((it): Mismatch => ({ law: 'settled', id: it.id, detail: `${it.action}\n${it.diff}` })),
    ...dryRuns.map((it): Mismatch => ({ law: 'proved', id: null, detail: it.path })),
    ...judgeDrift(planned, after),
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

  async function readAll(): Promise<KubernetesObject[]> {
    const answers = await Promise.all(
      targets.map(({ resource, object }) =>
        api.call({ method: 'GET', path: objectPath(resource, { namespace, name: object.name }) }),
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
        await api.call({ method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: account })
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
      for (const seed of edits) {
        const at = seed.object % objects.length
        const object = objects[at] as Written
        const choice = choiceOf(object.kind, seed)
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
