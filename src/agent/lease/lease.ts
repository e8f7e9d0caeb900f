import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError, type Resource } from '../cluster/cluster.ts'
import { holdsStill, type LeaseSpec, renewed, taken } from './lease-spec.ts'

const leases: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  verbs: ['get', 'create', 'update', 'delete'],
}

export interface LeaseDependencies {
  readonly cluster: Cluster
  readonly namespace: string
  readonly name: string
  /** Unique per process. */
  readonly identity: string
  readonly clock: () => Date
  /** How long a holder that went silent is waited for. Renewed at a third of it. */
  readonly durationSeconds: number
  readonly onWaiting?: (holder: string) => void
  /** Whether nobody needs the object once it is given up. */
  readonly isDisposable?: boolean
}

/** What a leader holds. */
export interface Leadership {
  /** Aborts when the lease could not be renewed in time: somebody else may lead from then on. */
  readonly lost: AbortSignal
  /** Gives the lease up, so that the next one need not wait. */
  release(): Promise<void>
}

/**
 * Waits until this process holds the lease, then keeps renewing it. Makes two leaders unlikely, not impossible: what a leader
 * writes is guarded by resourceVersions and the journal as well. Rejects when `signal` aborts, or with ClusterError `forbidden`.
 */
export async function lead(deps: LeaseDependencies, signal: AbortSignal): Promise<Leadership> {
  const renewEveryMs = (deps.durationSeconds * 1000) / 3
  while (!(await tryToTake(deps, signal))) await pause(renewEveryMs / 2, signal)

  const lost = new AbortController()
  const stopped = new AbortController()
  const renewing = keepRenewing(deps, { everyMs: renewEveryMs, lost, stopped: stopped.signal })
  return {
    lost: lost.signal,
    async release() {
      stopped.abort()
      await renewing
      if (!lost.signal.aborted) await giveUp(deps)
    },
  }
}

async function keepRenewing(
  deps: LeaseDependencies,
  how: { readonly everyMs: number; readonly lost: AbortController; readonly stopped: AbortSignal },
): Promise<void> {
  const holdsForMs = deps.durationSeconds * 1000 * 0.8
  let renewedAt = performance.now()
  let pauseMs = how.everyMs
  while (!how.stopped.aborted) {
    await pause(pauseMs, how.stopped).catch(() => undefined)
    if (how.stopped.aborted) return
    const left = renewedAt + holdsForMs - performance.now()
    const attempt = AbortSignal.timeout(Math.max(Math.round(Math.min(left, how.everyMs)), 1))
    const startedAt = performance.now()
    const held = await tryToTake(deps, attempt).catch(() => null)
    if (held === true) renewedAt = startedAt
    // One slow answer is not to cost the lease: what failed is tried again soon, for as long as nobody else may have it.
    pauseMs = held === true ? how.everyMs : Math.min(how.everyMs, 250)
    const overdue = performance.now() - renewedAt > holdsForMs
    if (held === false || overdue) return how.lost.abort(new Error('the lease was lost'))
  }
}

/** True when we hold it now; false when somebody else does; null when somebody, perhaps we, wrote it between the read and the write. */
async function tryToTake(deps: LeaseDependencies, signal: AbortSignal): Promise<boolean | null> {
  const { cluster, namespace, name, identity, durationSeconds } = deps
  const now = deps.clock()
  const found = await cluster.get(leases, { namespace, name }, signal)
  try {
    if (!found) {
      const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } }
      await cluster.create({ ...object, spec: taken(null, { identity, durationSeconds, now }) }, signal)
      return true
    }
    const spec = (found.spec ?? {}) as LeaseSpec
    if (spec.holderIdentity !== identity && holdsStill(spec, now)) {
      deps.onWaiting?.(spec.holderIdentity ?? '')
      return false
    }
    const own = spec.holderIdentity === identity
    const next = own ? renewed(spec, now) : taken(spec, { identity, durationSeconds, now })
    await cluster.replace(withSpec(found, next), signal)
    return true
  } catch (error) {
    // Another one was quicker; the next look tells whether that was us in an earlier answerless request.
    if (error instanceof ClusterError && error.code === 'conflict') return null
    throw error
  }
}

async function giveUp(deps: LeaseDependencies): Promise<void> {
  const signal = AbortSignal.timeout(3000)
  const { cluster, namespace, name, identity } = deps
  const found = await cluster.get(leases, { namespace, name }, signal)
  const spec = found?.spec as LeaseSpec | undefined
  if (!found || spec?.holderIdentity !== identity) return
  const { uid = '', resourceVersion = '' } = found.metadata
  if (deps.isDisposable) await cluster.delete(leases, { namespace, name }, { uid, resourceVersion }, signal)
  else {
    await cluster.replace(withSpec(found, { ...spec, holderIdentity: '', leaseDurationSeconds: 1 }), signal)
  }
}

function withSpec(found: KubernetesObject, spec: LeaseSpec): KubernetesObject {
  const { managedFields: _, ...metadata } = found.metadata
  return { apiVersion: found.apiVersion, kind: found.kind, metadata, spec }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(end, ms)
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
