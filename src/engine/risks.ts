import type { KubernetesObject } from '../model/object.ts'
import type { Change, FieldChange, Risk, Severity } from '../model/plan.ts'
import { apiVersionRisks } from './risks/api-versions.ts'
import { autoscalerRisks } from './risks/autoscaling.ts'
import { deleteRisks } from './risks/deletes.ts'
import { disruptionRisks } from './risks/disruption.ts'
import { exposureRisks } from './risks/exposure.ts'
import { imageRisks } from './risks/images.ts'
import { rbacRisks } from './risks/rbac.ts'
import { secretRisks } from './risks/secrets.ts'
import type { Surroundings } from './risks/surroundings.ts'
import { restartRisks, selectorRisks, stopRisks } from './risks/workloads.ts'

/** What the risks of one change are decided from. Objects are unredacted; no message may hold a value of a Secret. */
export interface RiskInput {
  readonly action: Change['action']
  readonly live: KubernetesObject | null
  /** The object after the change; null when it goes. */
  readonly after: KubernetesObject | null
  /** As rendered; null when it is not. */
  readonly desired: KubernetesObject | null
  readonly fields: readonly Pick<FieldChange, 'path' | 'origin' | 'manager'>[]
  /** The whole head render, for what one object says about another. */
  readonly head: readonly KubernetesObject[]
  /** The CustomResourceDefinitions of the head render. */
  readonly definitions: readonly KubernetesObject[]
  readonly around: Surroundings
}

const severities: readonly Severity[] = ['high', 'medium', 'low']

/** What a reviewer should weigh about one change, most severe first. */
export function risksOf(input: RiskInput): readonly Risk[] {
  if (input.action === 'error' || input.action === 'leave-behind') return []
  const risks = [
    ...deleteRisks(input),
    ...replaceRisks(input),
    ...selectorRisks(input),
    ...rbacRisks(input),
    ...exposureRisks(input),
    ...restartRisks(input),
    ...stopRisks(input),
    ...disruptionRisks(input),
    ...autoscalerRisks(input),
    ...takeRisks(input),
    ...secretRisks(input),
    ...imageRisks(input),
    ...apiVersionRisks(input),
  ]
  return bySeverity(risks)
}

export function bySeverity(risks: readonly Risk[]): readonly Risk[] {
  return risks.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
}

function replaceRisks({ action, live }: RiskInput): readonly Risk[] {
  if (action !== 'replace' || !live) return []
  const message = `${live.kind} ${live.metadata.name} is deleted and created again, because a field that cannot change would change`
  return [{ code: 'replaces-object', severity: 'high', message }]
}

/** Fields that another manager wrote and the change takes. What merely puts drift back is told as drift. */
function takeRisks({ action, fields }: RiskInput): readonly Risk[] {
  if (action !== 'update' && action !== 'adopt') return []
  const taken = fields.filter(
    it => it.manager !== null && it.origin !== 'drift' && !isTakeOver(it.manager, action),
  )
  return [...Map.groupBy(taken, it => it.manager ?? '')].map(([manager, its]) => {
    const paths = its.map(it => it.path)
    const listed = paths.slice(0, 3).join(', ')
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
    return { code: 'takes-field', severity: 'medium', message: `takes ${listed}${more} from ${manager}` }
  })
}

/** Client-side apply is how people applied before; taking over from it is what adopt means. */
function isTakeOver(manager: string, action: Change['action']): boolean {
  return action === 'adopt' && manager.startsWith('kubectl')
}
