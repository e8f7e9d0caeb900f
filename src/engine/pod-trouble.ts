import type { KubernetesObject } from '../model/object.ts'
import { listAt, numberAt, propertyAt, textAt } from './json.ts'
import { conditionOf } from './health/verdict.ts'

/** Why a pod cannot run, in the cluster's own words. */
export interface Trouble {
  readonly reason: string
  readonly message: string
}

/** Reasons for which a container waits that do not pass by themselves. ErrImagePull and its back-off take turns. */
const stuck: ReadonlySet<string> = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'CrashLoopBackOff',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
])

/** What keeps a pod from running; null when it runs, is only starting, or is on its way out. */
export function podTrouble(pod: KubernetesObject): Trouble | null {
  if (pod.metadata.deletionTimestamp) return null
  const containers = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]
  for (const container of containers) {
    const trouble = containerTrouble(container)
    if (trouble) return trouble
  }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: scheduled.message || 'no node fits the pod' }
  }
  if (textAt(pod, 'status', 'phase') !== 'Failed') return null
  return {
    reason: textAt(pod, 'status', 'reason') || 'Failed',
    message: textAt(pod, 'status', 'message') || `pod ${pod.metadata.name} failed`,
  }
}

/** The first trouble among pods; those of the newest pods first, for older ones may belong to the revision before. */
export function troubleOf(pods: readonly KubernetesObject[]): Trouble | null {
  const newestFirst = pods.toSorted((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  )
  for (const pod of newestFirst) {
    const trouble = podTrouble(pod)
    if (trouble) return trouble
  }
  return null
}

function containerTrouble(container: unknown): Trouble | null {
  const name = textAt(container, 'name') ?? ''
  const waiting = propertyAt(container, 'state', 'waiting')
  const last = endOf(propertyAt(container, 'lastState', 'terminated'))
  const reason = textAt(waiting, 'reason')
  if (reason !== null && stuck.has(reason)) {
    const said = textAt(waiting, 'message') || `container ${name} cannot start`
    if (last?.isOutOfMemory) return { reason: 'OOMKilled', message: `${said}; ${last.words}` }
    return { reason, message: last && reason === 'CrashLoopBackOff' ? `${said}; ${last.words}` : said }
  }
  const ended = endOf(propertyAt(container, 'state', 'terminated'))
  if (!ended?.isOutOfMemory) return null
  return { reason: 'OOMKilled', message: `container ${name}: ${ended.words}` }
}

interface End {
  readonly isOutOfMemory: boolean
  readonly words: string
}

function endOf(terminated: unknown): End | null {
  if (terminated === undefined || terminated === null) return null
  const code = numberAt(terminated, 'exitCode')
  const reason = textAt(terminated, 'reason')
  const said = textAt(terminated, 'message')?.trim()
  const how = [`last exit code ${code ?? 'unknown'}`, reason ? ` (${reason})` : '', said ? `: ${said}` : '']
  return { isOutOfMemory: reason === 'OOMKilled', words: how.join('') }
}
