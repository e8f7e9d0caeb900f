import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, listAt, numberAt, propertyAt, textAt } from './json.ts'
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
  const containers = containersOf(pod)
  for (const container of containers) {
    const trouble = containerTrouble(container)
    if (trouble) return trouble
  }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: scheduled.message || 'no node fits the pod' }
  }
  if (textAt(pod, 'status', 'phase') !== 'Failed') return null
  const failed = containers.find(it => it.ended !== null && it.ended.code !== 0)
  const said = textAt(pod, 'status', 'message')
  return {
    reason: textAt(pod, 'status', 'reason') || 'Failed',
    message:
      said || (failed ? `${failed.title} ${endWords(failed.ended)}` : `pod ${pod.metadata.name} failed`),
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

/** A container as its status has it. */
export interface Container {
  readonly name: string
  /** For people: `container web`, `init container migrate`, `sidecar proxy`. */
  readonly title: string
  /** Why it waits; null when it does not. */
  readonly waiting: { readonly reason: string; readonly message: string } | null
  /** How it ended, when it has. */
  readonly ended: End | null
  /** How its run before this one ended. */
  readonly endedBefore: End | null
  readonly running: boolean
  readonly ready: boolean
  readonly isSidecar: boolean
}

interface End {
  /** Null when nobody knows. */
  readonly code: number | null
  readonly reason: string
  readonly signal: string | null
  readonly message: string
}

/** Init containers first, as they run. */
export function containersOf(pod: KubernetesObject): readonly Container[] {
  const sidecars = new Set(
    listAt(pod, 'spec', 'initContainers')
      .filter(it => textAt(it, 'restartPolicy') === 'Always')
      .map(it => textAt(it, 'name')),
  )
  const roleOf = (status: unknown) => (sidecars.has(textAt(status, 'name')) ? 'sidecar' : 'init container')
  return [
    ...listAt(pod, 'status', 'initContainerStatuses').map(it => containerOf(it, roleOf(it))),
    ...listAt(pod, 'status', 'containerStatuses').map(it => containerOf(it, 'container')),
  ]
}

function containerOf(status: unknown, role: string): Container {
  const name = textAt(status, 'name') ?? ''
  const waiting = propertyAt(status, 'state', 'waiting')
  const reason = textAt(waiting, 'reason')
  return {
    name,
    title: `${role} ${name}`,
    waiting: reason === null ? null : { reason, message: textAt(waiting, 'message') ?? '' },
    ended: endOf(propertyAt(status, 'state', 'terminated')),
    endedBefore: endOf(propertyAt(status, 'lastState', 'terminated')),
    running: isJsonObject(propertyAt(status, 'state', 'running')),
    ready: propertyAt(status, 'ready') === true,
    isSidecar: role === 'sidecar',
  }
}

const outOfMemory = 'OOMKilled'

function containerTrouble({ title, waiting, ended, endedBefore }: Container): Trouble | null {
  if (waiting && stuck.has(waiting.reason)) {
    const said = waiting.message || 'it cannot start'
    const told = `${title}: ${said}`
    if (endedBefore?.reason === outOfMemory) {
      return { reason: outOfMemory, message: `${told}; it ${endWords(endedBefore)}` }
    }
    const crashes = endedBefore !== null && waiting.reason === 'CrashLoopBackOff'
    return { reason: waiting.reason, message: crashes ? `${told}; it ${endWords(endedBefore)}` : told }
  }
  return ended?.reason === outOfMemory
    ? { reason: outOfMemory, message: `${title} ${endWords(ended)}` }
    : null
}

function endOf(terminated: unknown): End | null {
  if (!isJsonObject(terminated)) return null
  const code = numberAt(terminated, 'exitCode')
  return {
    code,
    reason: textAt(terminated, 'reason') ?? '',
    signal: signalOf(numberAt(terminated, 'signal') || (code !== null && code > 128 ? code - 128 : 0)),
    message: textAt(terminated, 'message')?.trim() ?? '',
  }
}

/** `ended with exit code 137 (SIGKILL, OOMKilled): what the container left as its last words`. */
function endWords(end: End | null): string {
  if (!end) return 'ended'
  const how = [end.signal, end.reason].filter(Boolean).join(', ')
  const code = end.code === null ? 'an unknown exit code' : `exit code ${end.code}`
  return `ended with ${code}${how ? ` (${how})` : ''}${end.message ? `: ${end.message}` : ''}`
}

/** Those that end containers, by their number on Linux. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
}

function signalOf(number: number): string | null {
  return signals[number] ?? null
}
