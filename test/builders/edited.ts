import { withValueAtSteps } from '../../src/engine/with-value.ts'
import type { FieldSet, KubernetesObject } from '../../src/model/object.ts'
import { updateEntry } from './managed-fields.ts'
import { managedBy, withMeta } from './objects.ts'

/** What a server makes of an edit: the value changes, and moves from our entry to the editor's. */
export function edited(
  live: KubernetesObject,
  steps: readonly string[],
  value: unknown,
  manager = 'kubectl-edit',
): KubernetesObject {
  const [ours, ...others] = live.metadata.managedFields ?? []
  const lost = without(ours!.fieldsV1!, steps)
  const gained = steps.reduceRight<FieldSet>((set, step) => ({ [step]: set }), {})
  const changed = withValueAtSteps(live, steps, value) as KubernetesObject
  const entries = value === undefined ? [] : [updateEntry(manager, gained)]
  return managedBy(withMeta(changed, { managedFields: [{ ...ours, fieldsV1: lost }, ...others] }), ...entries)
}

/** A set never keeps what has become empty: that would read as an atomic value. */
function without(set: FieldSet, [step = '', ...rest]: readonly string[]): FieldSet {
  const { [step]: inner, ...others } = set
  const kept = rest.length === 0 || !inner ? {} : without(inner, rest)
  return Object.keys(kept).length === 0 ? others : { ...others, [step]: kept }
}
