import { defaultDriftSettings } from '../../model/drift-settings.ts'
import type { ApplicationRecord } from '../store/records/applications.ts'
import type { ClusterRecord } from '../store/records/clusters.ts'

/** Whether its agent gives no sign of life now. */
export function isUnheardOf(cluster: ClusterRecord | null, seconds: number, now: Date): boolean {
  if (!cluster || cluster.revoked || cluster.lastSeen === null) return true
  return Date.parse(cluster.lastSeen) + seconds * 1000 < now.getTime()
}

/**
 * How long a cluster may be silent: as long as the most impatient of its applications' settings says. One that never came is given the
 * time that a sync is given.
 */
export function silencePatience(applications: readonly ApplicationRecord[], lastSeen: string | null): number {
  const wanted = applications.map(({ settings }) => {
    const { clusterSilentAfterSeconds, behindAfterSeconds } = { ...defaultDriftSettings, ...settings.drift }
    return lastSeen === null ? behindAfterSeconds : clusterSilentAfterSeconds
  })
  return Math.min(...wanted)
}

/**
 * Whether people have to be told. A server that was away heard nobody meanwhile: its own clock counts from its start. An agent
 * that never came is awaited since the first sync that waits for it. Whose token was revoked is awaited by nobody. Once people
 * were told, only the agent itself can say otherwise: no server's start, and no setting.
 */
export function isSilent(
  cluster: ClusterRecord | null,
  it: {
    readonly patienceSeconds: number
    readonly now: Date
    /** Of this server. */
    readonly startedAt: Date
    /** When the oldest sync that waits for it came; RFC 3339, null when none waits. */
    readonly awaitedSince: string | null
    /** People know of this silence already: it was not heard of since they were told. */
    readonly isTold: boolean
  },
): boolean {
  if (!cluster || cluster.revoked) return false
  const from = cluster.lastSeen ?? it.awaitedSince
  if (from === null) return false
  if (it.isTold) return true
  const since = Math.max(Date.parse(from), it.startedAt.getTime())
  return since + it.patienceSeconds * 1000 <= it.now.getTime()
}
