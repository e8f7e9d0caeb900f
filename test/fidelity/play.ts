import { type ObjectId, objectIdOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { Change } from '../../src/model/plan.ts'
import { textOf } from './at.ts'
import type { Hands, Target } from './hands.ts'
import type { Mismatch } from './mismatch.ts'
import type { Lane, Place } from './place.ts'
import { type Edited, openScene, type Scene } from './scene.ts'
import type { EditSeed, HandEdit, ObjectSeed, Sequence } from './sequence.ts'
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
export async function play(sequence: Sequence, place: Place, lane: Lane): Promise<Outcome> {
  const scene = await openScene(place, lane, sequence.admission)
  const { namespace } = scene
  const script: string[] = [`namespace ${namespace}, admission: ${sequence.admission}`]
  const tally: Record<string, number> = {}
  const count = (what: string) => (tally[what] = (tally[what] ?? 0) + 1)
  let objects: readonly Written[] = sequence.objects.map((seed, at) => writtenFrom(seed, at, namespace))
  if (objects.some(it => it.kind.kind === 'Pod')) await makeAccount(place, namespace)
  await begin(scene, place.hands, { seeds: sequence.objects, objects, script })

  for (const edits of sequence.rounds) {
    script.push('round')
    const done = await edit(scene, place.hands, { edits, objects, script })
    objects = done.objects
    const head = objects.filter(it => it.isInGit).map(render)
    const { planned, result, mismatches } = await scene.deploy(head, done.edited)
    for (const change of planned.plan.changes) {
      count(change.action)
      script.push(`  plan: ${lineOf(change)}`)
    }
    count(result?.outcome ?? 'wrote')
    script.push(`  sync: ${result?.outcome} ${result?.error?.message ?? ''}`)
    if (mismatches.length > 0) return { mismatches, script, tally }
    if (result?.outcome === 'refused') objects = corrected(scene, objects, planned.plan.changes)
  }
  return { mismatches: [], script, tally }
}

function lineOf({ id, action, origin, fields, note, error }: Change): string {
  const told = fields.map(it => `${it.path} (${it.origin})`).join(' ')
  return `${action} ${id} (${origin}) ${error?.message ?? told} ${note ?? ''}`
}

/** Pods are refused without it; elsewhere a controller makes it. */
async function makeAccount({ api }: Place, namespace: string): Promise<void> {
  const body = { metadata: { name: 'default' } }
  await api.call({ method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body })
}

interface Beginning {
  readonly seeds: readonly ObjectSeed[]
  readonly objects: readonly Written[]
  readonly script: string[]
}

/** What is there before the first plan. */
async function begin(scene: Scene, hands: Hands, { seeds, objects, script }: Beginning): Promise<void> {
  const applied: KubernetesObject[] = []
  for (const [at, object] of objects.entries()) {
    const start = seeds[at]?.start
    const document = render(object)
    script.push(`  ${start}: ${JSON.stringify(document)}`)
    const target = targetOf(scene, object)
    const placed = scene.placed(target.object)
    if (start === 'kubectl create') await hands.create(target, placed)
    if (start === 'kubectl apply --server-side') await hands.serverSideApply(target, placed, 'kubectl')
    if (start === 'kubectl apply') applied.push(placed)
  }
  scene.watch(objects.map(render))
  await hands.kubectlApply(scene.namespace, applied)
}

function targetOf(scene: Scene, written: Written): Target {
  const object = render(written)
  return { resource: scene.resourceOf(object), namespace: scene.namespace, object }
}

interface Editing {
  readonly edits: readonly EditSeed[]
  readonly objects: readonly Written[]
  readonly script: string[]
}

/** Does the edits of one round, and gives what Git has after them. */
async function edit(
  scene: Scene,
  hands: Hands,
  { edits, objects: before, script }: Editing,
): Promise<{ readonly objects: readonly Written[]; readonly edited: Edited }> {
  const present = new Set((await scene.snapshot()).keys())
  let objects = before
  let edited: Edited = { git: false, hands: false }
  for (const seed of edits) {
    const at = indexFor(seed, objects, object => present.has(idOf(scene, object)))
    const object = at === null ? undefined : objects[at]
    if (at === null || !object) continue
    const choice = choiceOf(object.kind, seed, [...object.values.keys()])
    const what = `${textOf(choice.field.at)} = ${JSON.stringify(choice.value)} (${choice.field.how ?? 'set'})`
    const told = `  ${seed.how} of ${idOf(scene, object)}: ${what}`
    const inGit = editedInGit(object, seed, choice)
    if (inGit) {
      objects = objects.with(at, inGit)
      edited = { ...edited, git: true }
      script.push(told)
    } else {
      const edit = { target: targetOf(scene, object), how: seed.how as HandEdit, field: choice.field }
      const wanted = choice.value === undefined ? null : render(withChoice(object, choice))
      const isDone = await hands.edit({ ...edit, value: choice.value, wanted })
      if (isDone) edited = { ...edited, hands: true }
      script.push(`${told}${isDone ? '' : ' is refused'}`)
    }
  }
  return { objects, edited }
}

/** Hands find only what is there, and scale only what has replicas. */
function indexFor(
  { how, object: seed }: EditSeed,
  objects: readonly Written[],
  isThere: (object: Written) => boolean,
): number | null {
  const hasReplicas = ({ kind }: Written) => kind.kind === 'Deployment' || kind.kind === 'StatefulSet'
  const fits = (object: Written) =>
    (how.startsWith('git') || isThere(object)) && (how !== 'scale' || hasReplicas(object))
  const found = objects.flatMap((object, at) => (fits(object) ? [at] : []))
  return found.length > 0 ? pick(found, seed) : null
}

/** Null when it is no edit of Git. */
function editedInGit(
  object: Written,
  { how, field }: EditSeed,
  choice: ReturnType<typeof choiceOf>,
): Written | null {
  if (how === 'git set') return choice.value === undefined ? object : withChoice(object, choice)
  if (how === 'git unset') {
    const names = [...object.values.keys()]
    return names.length === 0 ? object : withoutChoice(object, { name: pick(names, field) })
  }
  if (how === 'git drop' || how === 'git again') return { ...object, isInGit: how === 'git again' }
  return null
}

/** The author takes back what is strange about objects that were refused. */
function corrected(
  scene: Scene,
  objects: readonly Written[],
  changes: readonly Change[],
): readonly Written[] {
  const refused = new Set(
    changes.filter(it => it.action === 'error' || it.action === 'replace').map(it => it.id),
  )
  return objects.map(object => (refused.has(idOf(scene, object)) ? withoutOddities(object) : object))
}

function idOf(scene: Scene, object: Written): ObjectId {
  return objectIdOf(scene.placed(render(object)))
}
