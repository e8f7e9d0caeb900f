import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import {
  applicationResource,
  definitionName,
  definitionResource,
  namespaceResource,
  readDefinition,
  stateApiVersion,
} from './schema.ts'

const establishedWithin = 30_000

/** See {@link State.prepare}. */
export async function prepareState(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  await ensureNamespace(cluster, namespace, signal)
  await ensureDefinition(cluster, signal)
  await established(cluster, signal)
  await discovered(cluster, signal)
}

async function ensureNamespace(cluster: Cluster, name: string, signal: AbortSignal): Promise<void> {
  const existing = await readable(() => cluster.get(namespaceResource, { namespace: '', name }, signal))
  // Who may not read namespaces may still use this one; if it is missing, the first write says so.
  if (existing !== null) return
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  await orExplain(`kubectl create namespace ${name}`, () => cluster.apply(object, { dryRun: false }, signal))
}

async function ensureDefinition(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const wanted = await readDefinition()
  const identity = { namespace: '', name: definitionName }
  const existing = await readable(() => cluster.get(definitionResource, identity, signal))
  if (existing === 'unreadable' || (existing && sameVersions(existing, wanted))) return
  const command = 'kubectl apply --server-side -f deploy/crds/applications.yaml'
  try {
    await orExplain(command, () => cluster.apply(wanted, { dryRun: false }, signal))
  } catch (error) {
    // An older definition serves as well, as long as the version is the same.
    if (!existing || !(error instanceof ClusterError) || error.code !== 'forbidden') throw error
  }
}

function sameVersions(live: KubernetesObject, wanted: KubernetesObject): boolean {
  const versions = (object: KubernetesObject) => (object['spec'] as { versions?: unknown }).versions
  return isDeepStrictEqual(versions(live), versions(wanted))
}

async function readable(
  read: () => Promise<KubernetesObject | null>,
): Promise<KubernetesObject | 'unreadable' | null> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'forbidden') return 'unreadable'
    throw error
  }
}

async function orExplain(command: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'forbidden') throw error
    const message = `${error.message}. Let someone who may run: ${command}`
    throw new ClusterError('forbidden', message, error, { cause: error })
  }
}

/** Waits until the kind is served. Who may not read its definition finds out by discovery. */
async function established(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const identity = { namespace: '', name: definitionName }
  const definition = await readable(() => cluster.get(definitionResource, identity, signal))
  if (definition === 'unreadable' || (definition && isEstablished(definition))) return
  const either = AbortSignal.any([signal, AbortSignal.timeout(establishedWithin)])
  const options = { fieldSelector: `metadata.name=${definitionName}` }
  for await (const event of cluster.watch(definitionResource, options, either)) {
    const objects = event.type === 'synced' ? event.objects : [event.object]
    if (objects.some(isEstablished)) return
  }
  signal.throwIfAborted()
  throw notEstablished()
}

/** Discovery learns of an established kind a moment later. */
async function discovered(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const until = performance.now() + establishedWithin
  while (!(await cluster.discover(signal)).find(stateApiVersion, applicationResource.kind)) {
    if (performance.now() > until) throw notEstablished()
    cluster.forgetDiscovery()
    await pause(100, undefined, { signal })
  }
}

function notEstablished(): ClusterError {
  const seconds = establishedWithin / 1000
  const message = `could not prepare the agent's memory: ${definitionName} was not served within ${seconds} s`
  return new ClusterError('timeout', message, { status: 0, passing: true })
}

function isEstablished(definition: KubernetesObject): boolean {
  const { conditions } = (definition['status'] ?? {}) as {
    // Null right after the definition was created.
    conditions?: readonly { type: string; status: string }[] | null
  }
  return (conditions ?? []).some(it => it.type === 'Established' && it.status === 'True')
}
