import { groupOf, objectIdOf } from '../../model/identity.ts'
import type { Risk } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { count } from '../../model/phrase.ts'
import { isDefinition } from '../defined-kinds.ts'
import { listAt, numberAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** Deletes that take data, other objects, or what the whole cluster uses with them. A replace deletes too. */
export function deleteRisks({ action, live, around }: RiskInput): readonly Risk[] {
  if (!live || (action !== 'delete' && action !== 'replace')) return []
  const lost = lossRisks(live, around.customObjects)
  if (action === 'replace') return lost.filter(it => it.severity === 'high')
  if (lost.length > 0) return lost
  const name = `${live.kind} ${live.metadata.name}`
  if (live.kind === 'Deployment' || live.kind === 'DaemonSet') return stopRisks(live, name)
  if (live.metadata.namespace) return []
  return [{ code: 'deletes-cluster-wide', severity: 'medium', message: `${name} serves the whole cluster` }]
}

/** What is gone even when the object comes back. */
function lossRisks(
  live: KubernetesObject,
  customObjects: RiskInput['around']['customObjects'],
): readonly Risk[] {
  const name = `${live.kind} ${live.metadata.name}`
  if (isDefinition(live)) return [definitionRisk(live, name, customObjects.get(objectIdOf(live)))]
  switch (`${groupOf(live.apiVersion)}/${live.kind}`) {
    case '/PersistentVolumeClaim':
    case '/PersistentVolume': {
      const message = `${name} goes, and its data may go with it`
      return [{ code: 'deletes-data', severity: 'high', message }]
    }
    case 'apps/StatefulSet':
      return [statefulSetRisk(live, name)]
    case '/Namespace':
      return [{ code: 'deletes-namespace', severity: 'high', message: `${name} goes with everything in it` }]
  }
  return []
}

/** `existing` is undefined when nobody could count. */
function definitionRisk(live: KubernetesObject, name: string, existing: number | undefined): Risk {
  const kind = textAt(live, 'spec', 'names', 'kind') ?? 'object of its kind'
  const code = 'deletes-definition'
  if (existing === 0) return { code, severity: 'low', message: `${name} goes; no ${kind} exists` }
  const what =
    existing === undefined
      ? `every ${kind}`
      : existing === 1
        ? `the only ${kind}`
        : `all ${existing} ${kind} objects`
  return { code, severity: 'high', message: `${name} goes with ${what} in the cluster` }
}

function stopRisks(live: KubernetesObject, name: string): readonly Risk[] {
  const pods = numberAt(live, 'status', 'replicas') ?? numberAt(live, 'status', 'currentNumberScheduled') ?? 0
  if (pods === 0) return []
  const message = `${name} goes with its ${pods === 1 ? 'pod' : count(pods, 'pod')}`
  return [{ code: 'pods-stop', severity: 'medium', message }]
}

/** An application of which nothing is left, as when it moves to another cluster or its path is mistyped. */
export function leavingRisks(it: {
  readonly application: string
  /** Objects that Git still has. */
  readonly rendered: number
  readonly deleted: number
}): readonly Risk[] {
  if (it.rendered > 0 || it.deleted === 0) return []
  const message = `every object of ${it.application} is deleted (${it.deleted}): it leaves this cluster`
  return [{ code: 'deletes-application', severity: 'high', message }]
}

function statefulSetRisk(live: KubernetesObject, name: string): Risk {
  const code = 'deletes-data'
  if (listAt(live, 'spec', 'volumeClaimTemplates').length === 0) {
    return { code, severity: 'medium', message: `${name} goes with its pods` }
  }
  return textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
    ? { code, severity: 'high', message: `${name} goes, and its PersistentVolumeClaims with it` }
    : { code, severity: 'medium', message: `${name} goes with its pods; its PersistentVolumeClaims stay` }
}
