import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { pack, type Packed, unpack } from './packing.ts'
import { secretResource } from './schema.ts'

type PackedKind = 'revision' | 'journal' | 'hooks'

export interface PackedEntry {
  readonly application: string
  /** `current` for a journal and for hooks; the sequence number of a revision. */
  readonly key: string
  /** SHA-256 of the content as kept. */
  readonly digest: string
  readonly annotations: Readonly<Record<string, string>>
  /** RFC 3339; null when the server does not say. */
  readonly createdAt: string | null
}

/**
 * Contents of any size in Secrets of one namespace: the first Secret (the head) holds the first chunk and names the rest. It is
 * written last, so that what can be found is whole.
 */
export interface PackedSecrets {
  write(
    entry: Omit<PackedEntry, 'digest' | 'createdAt'> & {
      readonly kind: PackedKind
      readonly content: unknown
    },
    signal: AbortSignal,
  ): Promise<void>
  /** Null when there is none. */
  read(kind: PackedKind, application: string, key: string, signal: AbortSignal): Promise<unknown>
  /** Without content. Of all applications when none is named. */
  list(kind: PackedKind, application: string | null, signal: AbortSignal): Promise<readonly PackedEntry[]>
  /** The head first, so that nothing half deleted can be found. Missing is fine. */
  delete(kind: PackedKind, application: string, key: string | null, signal: AbortSignal): Promise<void>
  /** Deletes everything but the named keys, with what an interrupted delete has left of others. */
  keep(kind: PackedKind, application: string, keys: readonly string[], signal: AbortSignal): Promise<void>
}

// Not the label of managed objects: what watches those must not see the agent's own memory.
const kindLabel = 'plumbline.dev/state'
const applicationLabel = 'plumbline.dev/state-of'
const partLabel = 'plumbline.dev/state-part'
const keyAnnotation = 'plumbline.dev/key'
const digestAnnotation = 'plumbline.dev/digest'
const chunksAnnotation = 'plumbline.dev/chunks'

export function createPackedSecrets(cluster: Cluster, namespace: string): PackedSecrets {
  const headName = (kind: PackedKind, application: string, key: string) => `${kind}.${application}.${key}`
  const tailName = (head: string, digest: string, index: number) => `${head}-${digest.slice(0, 12)}-${index}`

  async function find(
    kind: PackedKind,
    application: string | null,
    part: string | null,
    signal: AbortSignal,
  ) {
    const labelSelector = [
      `${kindLabel}=${kind}`,
      ...(application === null ? [] : [`${applicationLabel}=${application}`]),
      ...(part === null ? [] : [`${partLabel}=${part}`]),
    ].join(',')
    return cluster.list(secretResource, { namespace, labelSelector, metadataOnly: true }, signal)
  }

  async function remove(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (const name of names) await cluster.delete(secretResource, { namespace, name }, {}, signal)
  }

  async function removeWhere(
    kind: PackedKind,
    application: string,
    isDoomed: (part: KubernetesObject) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const doomed = (await find(kind, application, null, signal)).filter(isDoomed)
    const isHead = (it: KubernetesObject) => it.metadata.labels?.[partLabel] === 'head'
    const ordered = [...doomed.filter(isHead), ...doomed.filter(it => !isHead(it))]
    await remove(
      ordered.map(it => it.metadata.name),
      signal,
    )
  }

  async function readOnce(head: KubernetesObject, signal: AbortSignal): Promise<unknown> {
    const { name, annotations = {} } = head.metadata
    const digest = annotations[digestAnnotation] ?? ''
    const chunks = [chunkOf(head)]
    for (let index = 1; index < Number(annotations[chunksAnnotation] ?? 1); index++) {
      const tail = await cluster.get(
        secretResource,
        { namespace, name: tailName(name, digest, index) },
        signal,
      )
      if (tail) chunks.push(chunkOf(tail))
    }
    return unpack({ digest, chunks })
  }

  return {
    async write({ kind, application, key, annotations, content }, signal) {
      const { digest, chunks }: Packed = pack(content)
      const head = headName(kind, application, key)
      const tails = chunks
        .slice(1)
        .map((chunk, index) => ({ name: tailName(head, digest, index + 1), chunk }))
      const secret = (name: string, part: string, chunk: Uint8Array, more: Record<string, string>) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name,
          namespace,
          labels: { [kindLabel]: kind, [applicationLabel]: application, [partLabel]: part },
          annotations: { ...annotations, ...more, [keyAnnotation]: key },
        },
        type: `plumbline.dev/${kind}.v1`,
        data: { chunk: Buffer.from(chunk).toString('base64') },
      })
      for (const { name, chunk } of tails) {
        await cluster.apply(secret(name, 'tail', chunk, {}), { dryRun: false }, signal)
      }
      const about = { [digestAnnotation]: digest, [chunksAnnotation]: String(chunks.length) }
      const first = chunks[0] ?? new Uint8Array()
      await cluster.apply(secret(head, 'head', first, about), { dryRun: false }, signal)
      const current = new Set(tails.map(it => it.name))
      const known = await find(kind, application, 'tail', signal)
      const stale = known
        .filter(it => keyOf(it) === key && !current.has(it.metadata.name))
        .map(it => it.metadata.name)
      await remove(stale, signal)
    },

    async read(kind, application, key, signal) {
      const name = headName(kind, application, key)
      // Twice: a write may have replaced the tails between the reads of the first round.
      for (let round = 1; round <= 2; round++) {
        const head = await cluster.get(secretResource, { namespace, name }, signal)
        if (head === null) return null
        const content = await readOnce(head, signal)
        if (content !== null) return content
      }
      const message = `could not read the ${kind} of ${application}: Secret ${namespace}/${name} or one of its parts is damaged`
      throw new ClusterError('invalid', message, { status: 200, passing: false })
    },

    async list(kind, application, signal) {
      const heads = await find(kind, application, 'head', signal)
      return heads.map(({ metadata: { labels = {}, annotations = {}, creationTimestamp } }) => ({
        application: labels[applicationLabel] ?? '',
        key: annotations[keyAnnotation] ?? '',
        digest: annotations[digestAnnotation] ?? '',
        annotations,
        createdAt: typeof creationTimestamp === 'string' ? creationTimestamp : null,
      }))
    },

    delete: (kind, application, key, signal) =>
      removeWhere(kind, application, it => key === null || keyOf(it) === key, signal),

    keep: (kind, application, keys, signal) =>
      removeWhere(kind, application, it => !keys.includes(keyOf(it)), signal),
  }
}

function keyOf(secret: KubernetesObject): string {
  return secret.metadata.annotations?.[keyAnnotation] ?? ''
}

function chunkOf(secret: KubernetesObject): Uint8Array {
  const data = secret['data'] as { readonly chunk?: unknown } | undefined
  return Buffer.from(typeof data?.chunk === 'string' ? data.chunk : '', 'base64')
}
