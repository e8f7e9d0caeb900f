import { describeIdentity, type ObjectId, objectIdOf, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Wanted } from './adoptable.ts'
import { differencesOf } from './diff-fields.ts'
import { mapTexts } from './json.ts'
import { isNothing, normalise } from './normalise.ts'
import { stemOf } from './pair-generated.ts'
import type { DesiredObject } from './plan-input.ts'
import { covers, nameOf, saysNothing } from './same-value.ts'
import { valueAtSteps } from './steps.ts'
import { withValueAtSteps, withoutSteps } from './with-value.ts'

export interface Proof {
  /** What the new render says as live does. */
  readonly met: ReadonlySet<Wanted>
  /** What it changes besides, for people; null when that is nothing. */
  readonly besides: string | null
}

/**
 * Compares the render of an edited source with the one before the edit. Good is an edit after which just wanted fields differ, and
 * those say what live says. The hash in a generated object's name follows its content, and is no change of its own.
 */
export function proveAdoption(
  before: readonly DesiredObject[],
  after: readonly DesiredObject[],
  wanted: readonly Wanted[],
): Proof {
  const was = new Map(before.map(it => [it.id, it.object]))
  const now = new Map(withOldNames(was, after).map(object => [objectIdOf(object), object]))
  const byId = Map.groupBy(wanted, it => it.id)
  const met = new Set<Wanted>()
  const besides: string[] = []
  for (const id of new Set([...was.keys(), ...now.keys()])) {
    const old = was.get(id)
    const object = now.get(id)
    const own = byId.get(id) ?? []
    if (old && object) besides.push(...compared(id, { old, object }, own, met))
    else if (old && own.some(it => it.steps.length === 0)) {
      for (const it of own) met.add(it)
    } else besides.push(`${describeIdentity(parseIdentity(id))} ${old ? 'goes' : 'comes'}`)
  }
  return { met, besides: besides[0] ?? null }
}

function compared(
  id: ObjectId,
  { old, object }: { readonly old: KubernetesObject; readonly object: KubernetesObject },
  wanted: readonly Wanted[],
  met: Set<Wanted>,
): readonly string[] {
  let expected: unknown = normalise(old)
  const actual = normalise(object)
  for (const it of wanted) {
    if (it.rekeyed) {
      const item = valueAtSteps(actual, it.rekeyed)
      const isElsewhere = item !== undefined && valueAtSteps(actual, it.steps) === undefined
      if (!isElsewhere || !covers(it.value, item, it.rekeyed)) continue
      met.add(it)
      expected = withValueAtSteps(expected, it.steps, item)
      continue
    }
    const value = valueAtSteps(actual, it.steps)
    if (it.steps.length === 0 || !isMet(it, value)) continue
    met.add(it)
    expected =
      value === undefined ? withoutSteps(expected, it.steps) : withValueAtSteps(expected, it.steps, value)
  }
  return differencesOf(normalise(expected as KubernetesObject), actual).map(
    ({ path }) => `${path} of ${describeIdentity(parseIdentity(id))} changes`,
  )
}

function isMet({ steps, value }: Wanted, actual: unknown): boolean {
  const name = nameOf(steps)
  if (value !== undefined) return actual !== undefined && covers(value, actual, steps)
  return isNothing(name, actual) || saysNothing(name, actual, nameOf(steps.slice(0, -1)))
}

/** Objects whose names end with another hash than before get their old names back, and so does what refers to them. */
function withOldNames(
  was: ReadonlyMap<ObjectId, KubernetesObject>,
  after: readonly DesiredObject[],
): readonly KubernetesObject[] {
  const ids = new Set(after.map(it => it.id))
  const gone = new Map([...was.keys()].filter(id => !ids.has(id)).map(id => [stemOf(id), id]))
  gone.delete(null)
  const names = new Map<string, string>()
  for (const { id } of after.filter(it => !was.has(it.id))) {
    const old = gone.get(stemOf(id))
    if (old !== undefined) names.set(parseIdentity(id).name, parseIdentity(old).name)
  }
  if (names.size === 0) return after.map(it => it.object)
  return after.map(it => mapTexts(it.object, text => names.get(text) ?? text) as KubernetesObject)
}
