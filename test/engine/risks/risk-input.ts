import type { RiskInput } from '../../../src/engine/risks.ts'
import { type ClusterFacts, noFacts, surroundingsOf } from '../../../src/engine/risks/surroundings.ts'
import { risksOf } from '../../../src/engine/risks.ts'
import { isDefinition } from '../../../src/engine/defined-kinds.ts'
import { differencesOf } from '../../../src/engine/diff-fields.ts'
import { type ObjectId, objectIdOf } from '../../../src/model/identity.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { Risk } from '../../../src/model/plan.ts'

export interface Changed {
  readonly action?: RiskInput['action']
  readonly live?: KubernetesObject | null
  /** Rendered; the cluster then holds the same, unless `after` says otherwise. */
  readonly desired?: KubernetesObject | null
  readonly after?: KubernetesObject | null
  /** Field manager of every changed field. */
  readonly manager?: string
  readonly others?: readonly KubernetesObject[]
  readonly facts?: Partial<ClusterFacts>
  readonly leaving?: readonly ObjectId[]
}

/** The risks of one change. */
export function risks(changed: Changed): readonly Risk[] {
  const { live = null, desired = null, manager = null, others = [], facts = {}, leaving = [] } = changed
  const after = changed.after ?? desired
  const action = changed.action ?? (live === null ? 'create' : after === null ? 'delete' : 'update')
  const own = [...(after ? [after] : []), ...others]
  const head = [...(desired ? [desired] : []), ...others]
  return risksOf({
    action,
    live,
    after,
    desired,
    fields:
      live && after
        ? differencesOf(live, after).map(({ path }) => ({ path, origin: 'pull-request', manager }))
        : [],
    head,
    definitions: head.filter(isDefinition),
    around: surroundingsOf(
      { ...noFacts, ...facts },
      {
        objects: own,
        changing: new Set([live, after].flatMap(it => (it ? [objectIdOf(it)] : []))),
        leaving: new Set(leaving),
      },
    ),
  })
}

/** `code severity` of each. */
export function told(changed: Changed): readonly string[] {
  return risks(changed).map(it => `${it.code} ${it.severity}`)
}
