import { describeIdentity, identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { SyncFailure } from './sync-failure.ts'
import { rest, TimeIsUp } from './time-limit.ts'

/**
 * Until the kinds of objects are served that were expected to come by and by. Rejects with SyncFailure when they do not come in time, or are
 * not what the objects take them for.
 */
export async function awaitKinds(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  limit: AbortSignal,
): Promise<void> {
  if (objects.length === 0) return
  const kinds = [...new Set(objects.map(it => `${it.apiVersion}/${it.kind}`))]
  try {
    await untilServed(cluster, kinds, limit)
  } catch (error) {
    if (!(limit.reason instanceof TimeIsUp)) throw error
    const message = `nothing in the cluster has come to serve ${kinds.join(', ')} in time`
    throw new SyncFailure('kind-not-served', message, [], { cause: error })
  }
  const discovery = await cluster.discover(limit)
  for (const object of objects) {
    const isNamespaced = discovery.find(object.apiVersion, object.kind)?.namespaced ?? false
    if (isNamespaced === (object.metadata.namespace !== undefined)) continue
    const name = describeIdentity(identityOf(object))
    const hint = isNamespaced ? 'its kind has namespaces: name one' : 'its kind has no namespaces: name none'
    throw new SyncFailure(
      'wrong-scope',
      `${name} was taken for what it is not, for its kind was not served yet; ${hint}`,
    )
  }
}

/** `kinds` as `group/version/Kind`. Rejects as `limit` says, and with ClusterError. */
export async function untilServed(
  cluster: Cluster,
  kinds: readonly string[],
  limit: AbortSignal,
): Promise<void> {
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    const discovery = await cluster.discover(limit)
    if (kinds.every(kind => discovery.find(...splitKind(kind)) !== null)) return
    await rest(pause, limit)
    cluster.forgetDiscovery()
  }
}

/** `group/version/Kind` into its apiVersion and kind. */
function splitKind(text: string): [apiVersion: string, kind: string] {
  const at = text.lastIndexOf('/')
  return [text.slice(0, at), text.slice(at + 1)]
}
