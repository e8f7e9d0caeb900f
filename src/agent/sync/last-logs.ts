import { stripVTControlCharacters } from 'node:util'
import { identityOf, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { ContainerLog } from '../../model/sync.ts'
import { type Container, containersOf } from '../../engine/pod-trouble.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import type { Subject } from './subjects.ts'

const mostPods = 3
const mostLines = 10
/** Enough for ten long lines; a program that writes megabytes without a break must not fill the report. */
const mostBytes = 16 * 1024
/** A node that does not answer is often why a pod is not well. */
const longestWaitMs = 4000

/**
 * The last lines of the containers that are at fault, one of each pod. As they were printed: to be redacted by the caller. A log that
 * cannot be had (our account may not read it, its node does not answer) is left out and told to `onTrouble`; never rejects by
 * itself.
 */
export async function lastLogs(
  cluster: Pick<Cluster, 'logs'>,
  subjects: readonly Subject[],
  onTrouble: (error: unknown) => void,
  signal: AbortSignal,
): Promise<readonly ContainerLog[]> {
  const pods = new Map(subjects.flatMap(it => it.pods).map(pod => [objectIdOf(pod), pod]))
  const asked = [...pods.values()].flatMap(pod => {
    const container = culpritOf(pod)
    return container ? [{ pod, container }] : []
  })
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestWaitMs)])
  const logs = await Promise.all(
    asked.slice(0, mostPods).map(async ({ pod, container }) => {
      try {
        const lines = await readLines(cluster, pod, container, limit)
        return { pod: objectIdOf(pod), container: container.title, lines }
      } catch (error) {
        onTrouble(error)
        return null
      }
    }),
  )
  return logs.filter(it => it !== null).filter(it => it.lines.length > 0)
}

/** The first container that has something to tell: one that crashed, else one that failed, else one that is not ready. */
export function culpritOf(pod: KubernetesObject): Container | null {
  const containers = containersOf(pod)
  return (
    containers.find(it => it.waiting !== null && it.endedBefore !== null) ??
    containers.find(it => it.ended !== null && it.ended.code !== 0) ??
    containers.find(it => it.running && it.endedBefore !== null) ??
    containers.find(it => it.running && !it.ready && !it.isSidecar) ??
    null
  )
}

async function readLines(
  cluster: Pick<Cluster, 'logs'>,
  pod: KubernetesObject,
  { name, ended, endedBefore }: Container,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { namespace } = identityOf(pod)
  const options = {
    container: name,
    previous: ended === null && endedBefore !== null,
    tailLines: mostLines,
    limitBytes: mostBytes,
  }
  const text = await cluster.logs({ namespace, name: pod.metadata.name }, options, signal)
  // One that was cut in the middle could hold the first half of a Secret's value, which is not recognised.
  const whole = Buffer.byteLength(text) >= mostBytes ? text.slice(0, text.lastIndexOf('\n') + 1) : text
  return linesOf(whole)
}

/** Without what terminals are told, and empty lines at the end. */
export function linesOf(text: string): readonly string[] {
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map(line =>
      Array.from(line)
        .filter(it => it === '\t' || it >= ' ')
        .join('')
        .trimEnd(),
    )
  while (lines.at(-1) === '') lines.pop()
  return lines.slice(-mostLines)
}

/** Whether the cluster's owner does not let us read logs, which is nobody's fault. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ClusterError && (error.code === 'forbidden' || error.code === 'not-found')
}
