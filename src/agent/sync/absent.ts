import { type Identity, identityOf, type ObjectId, objectIdOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { throughOutages } from './outage.ts'

/** From here on one list of names costs less than asking for each. */
const worthListing = 10

/**
 * Which of these objects are certain not to be there right now, so that creating them needs no look first. Those of which there are few in
 * one place are left out, and so are those that may not be listed.
 */
export async function absentAmong(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<ReadonlySet<ObjectId>> {
  const absent = new Set<ObjectId>()
  const discovery = await cluster.discover(signal)
  for (const members of Map.groupBy(objects.map(identified), placeOf).values()) {
    const [first] = members
    if (!first || members.length < worthListing) continue
    const resource = discovery.find(first.apiVersion, first.identity.kind)
    if (!resource) continue
    const { namespace } = first.identity
    const where = namespace === '' ? {} : { namespace }
    try {
      const there = await throughOutages(
        () => cluster.list(resource, { ...where, metadataOnly: true }, signal),
        signal,
      )
      const names = new Set(there.map(it => it.metadata.name))
      for (const { id, identity } of members) if (!names.has(identity.name)) absent.add(id)
    } catch (error) {
      // Whoever may not list looks at each.
      if (!(error instanceof ClusterError)) throw error
    }
  }
  return absent
}

interface Identified {
  readonly id: ObjectId
  readonly identity: Identity
  readonly apiVersion: string
}

function identified(object: KubernetesObject): Identified {
  return { id: objectIdOf(object), identity: identityOf(object), apiVersion: object.apiVersion }
}

function placeOf({ apiVersion, identity }: Identified): string {
  return `${apiVersion} ${identity.kind} ${identity.namespace}`
}
