import { randomBytes } from 'node:crypto'
import type { KubernetesObject } from '../../model/object.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { applicationResource } from '../state/schema.ts'
import { shortRevision } from './conditions.ts'

/** Longest message of an event that the API server takes. Source: Kubernetes, core/v1 Event validation. */
const longestMessage = 1024

export interface ApplicationEvent {
  readonly application: string
  readonly type: 'Normal' | 'Warning'
  /** CamelCase, e.g. `Synced`, `RolledBack`, `Healed`. */
  readonly reason: string
  /** Redacted. */
  readonly message: string
  readonly at: Date
}

/** Emits a Kubernetes Event on the Application object, if there is one. Rejects with ClusterError. */
export async function emitEvent(
  cluster: Cluster,
  event: ApplicationEvent & { readonly namespace: string },
  signal: AbortSignal,
): Promise<void> {
  const { application: name, namespace } = event
  const application = await cluster.get(applicationResource, { namespace, name }, signal)
  if (!application) return
  await cluster.create(eventObject(application, event), signal)
}

function eventObject(application: KubernetesObject, event: ApplicationEvent): KubernetesObject {
  const { name, namespace, uid } = application.metadata
  const time = `${event.at.toISOString().slice(0, 19)}Z`
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${name}.${randomBytes(8).toString('hex')}`,
      ...(namespace ? { namespace } : {}),
    },
    involvedObject: { apiVersion: application.apiVersion, kind: application.kind, name, namespace, uid },
    type: event.type,
    reason: event.reason,
    message: event.message.slice(0, longestMessage),
    source: { component: 'plumbline' },
    reportingComponent: 'plumbline',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  }
}

/** The event that tells how a sync ended; null when it changed nothing. */
export function eventOf(result: SyncResult, at: Date): ApplicationEvent | null {
  const { application, outcome, error } = result
  const revision = shortRevision(result.revision)
  const message = error ? `${revision}: ${error.message}` : `Synced ${revision}`
  switch (outcome) {
    case 'synced': {
      const changed = result.applied.length + result.pruned.length
      if (changed === 0) return null
      const counts = `${result.applied.length} applied, ${result.pruned.length} pruned`
      return { application, type: 'Normal', reason: 'Synced', message: `${message}: ${counts}`, at }
    }
    case 'rolled-back':
      return { application, type: 'Warning', reason: 'RolledBack', message, at }
    case 'failed':
      return { application, type: 'Warning', reason: 'SyncFailed', message, at }
    case 'refused':
      return { application, type: 'Warning', reason: 'Refused', message, at }
    case 'waiting':
      return { application, type: 'Normal', reason: 'WaitingForReview', message, at }
  }
}
