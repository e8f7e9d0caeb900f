import type { KubernetesObject } from '../../model/object.ts'
import type { Decision } from '../decision.ts'
import { isDefinition } from '../defined-kinds.ts'
import { numberAt, propertyAt, sameJson } from '../json.ts'
import { formatSteps } from '../steps.ts'
import { podTemplateOf } from './pod-template.ts'
import { type Consumer, takesMore } from './quota.ts'

/** What is worth asking the cluster for the risks of a plan: nothing where no change could be concerned. Sets hold namespaces. */
export interface WantedFacts {
  /** Live definitions that go, and whose objects are to be counted. */
  readonly definitions: readonly KubernetesObject[]
  readonly autoscalers: ReadonlySet<string>
  readonly disruptionBudgets: ReadonlySet<string>
  readonly quotas: ReadonlySet<string>
}

export function wantedFacts(decisions: readonly Decision[]): WantedFacts {
  const changing = decisions.filter(isWrite)
  const comingNamespaces = new Set(changing.filter(isNewNamespace).map(it => it.after?.metadata.name))
  const namespacesOf = (concerns: (decision: Write) => boolean): ReadonlySet<string> => {
    const namespaces = changing.filter(concerns).map(it => (it.after ?? it.live)?.metadata.namespace ?? '')
    return new Set(namespaces.filter(it => it !== '' && !comingNamespaces.has(it)))
  }
  return {
    definitions: changing.flatMap(({ action, live }) =>
      live && isDefinition(live) && (action === 'delete' || action === 'replace') ? [live] : [],
    ),
    autoscalers: namespacesOf(setsReplicas),
    disruptionBudgets: namespacesOf(movesPods),
    quotas: namespacesOf(takesMore),
  }
}

export type Write = Decision & Consumer

/** Whether a decision is carried out by a sync. */
export function isWrite(decision: Decision): decision is Write {
  return !['unchanged', 'error', 'leave-behind'].includes(decision.action)
}

function isNewNamespace({ action, after }: Write): boolean {
  return action === 'create' && after?.kind === 'Namespace' && after.apiVersion === 'v1'
}

function setsReplicas({ action, after, desired, differences }: Write): boolean {
  if (!after || !podTemplateOf(after)) return false
  if (action === 'create') return numberAt(desired?.object, 'spec', 'replicas') !== null
  return differences.some(it => formatSteps(it.steps) === 'f:spec/f:replicas')
}

/** Another number of pods than before, or pods with other labels. */
function movesPods({ live, after }: Write): boolean {
  const template = podTemplateOf(after)
  if (!after || !template) return false
  if (!live) return true
  return (
    !sameJson(template.labels, podTemplateOf(live)?.labels ?? {}) ||
    propertyAt(after, 'spec', 'replicas') !== propertyAt(live, 'spec', 'replicas')
  )
}
