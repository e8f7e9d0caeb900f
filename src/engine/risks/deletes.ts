import type { Risk } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { listAt, numberAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** Deletes that take data, other objects, or what the whole cluster uses with them. */
export function deleteRisks({ action, live }: RiskInput): readonly Risk[] {
  if (action !== 'delete' || !live) return []
  const { kind } = live
  const name = `${kind} ${live.metadata.name}`
  switch (kind) {
    case 'PersistentVolumeClaim':
    case 'PersistentVolume':
      return [
        { code: 'deletes-data', severity: 'high', message: `${name} goes, and its data may go with it` },
      ]
    case 'StatefulSet':
      return [
        {
          code: 'deletes-data',
          severity: statefulSetSeverity(live),
          message: statefulSetMessage(live, name),
        },
      ]
    case 'Deployment':
    case 'DaemonSet':
      return stopRisks(live, name)
    case 'Namespace':
      return [{ code: 'deletes-namespace', severity: 'high', message: `${name} goes with everything in it` }]
    case 'CustomResourceDefinition': {
      const served = textAt(live, 'spec', 'names', 'kind') ?? 'its kind'
      const message = `${name} goes with every ${served} in the cluster`
      return [{ code: 'deletes-definition', severity: 'high', message }]
    }
  }
  if (live.metadata.namespace) return []
  return [{ code: 'deletes-cluster-wide', severity: 'medium', message: `${name} serves the whole cluster` }]
}

function stopRisks(live: KubernetesObject, name: string): readonly Risk[] {
  const pods = numberAt(live, 'status', 'replicas') ?? numberAt(live, 'status', 'currentNumberScheduled') ?? 0
  if (pods === 0) return []
  const message = `${name} goes with its ${pods === 1 ? 'pod' : `${pods} pods`}`
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

function keepsClaims(live: unknown): boolean {
  return textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') !== 'Delete'
}

function statefulSetSeverity(live: unknown): 'high' | 'medium' {
  return keepsClaims(live) || listAt(live, 'spec', 'volumeClaimTemplates').length === 0 ? 'medium' : 'high'
}

function statefulSetMessage(live: unknown, name: string): string {
  if (listAt(live, 'spec', 'volumeClaimTemplates').length === 0) return `${name} goes with its pods`
  return keepsClaims(live)
    ? `${name} goes with its pods; its PersistentVolumeClaims stay`
    : `${name} goes, and its PersistentVolumeClaims with it`
}
