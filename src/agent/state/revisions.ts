import { z } from 'zod'
import type { KubernetesObject } from '../../model/object.ts'
import { pack } from './packing.ts'
import type { PackedEntry, PackedSecrets } from './packed-secrets.ts'
import type { RevisionEntry, State } from './state.ts'

const revisionAnnotation = 'plumbline.dev/revision'
const syncedAtAnnotation = 'plumbline.dev/synced-at'
const triggerAnnotation = 'plumbline.dev/trigger'
const rolledBackToAnnotation = 'plumbline.dev/rolled-back-to'
const objectsAnnotation = 'plumbline.dev/objects'

/** A sentence of people; an annotation holds far more. */
const longestTrigger = 500

const content = z.object({ objects: z.array(z.custom<KubernetesObject>(it => typeof it === 'object')) })

/** The sets of an application's last successful syncs, numbered in order. */
export function createRevisions(
  packed: PackedSecrets,
  clock: () => Date,
): Pick<State, 'saveRevision' | 'loadRevision' | 'history'> {
  async function newestFirst(name: string, signal: AbortSignal): Promise<readonly PackedEntry[]> {
    const entries = await packed.list('revision', name, signal)
    return entries.toSorted((a, b) => Number(b.key) - Number(a.key))
  }

  return {
    async saveRevision(name, { revision, objects, limit, trigger = null, rolledBackTo = null }, signal) {
      const kept = await newestFirst(name, signal)
      const content = { objects }
      const newest = kept[0]
      const known =
        newest !== undefined &&
        newest.digest === pack(content).digest &&
        newest.annotations[revisionAnnotation] === (revision ?? '')
      const key = known ? newest.key : String(Number(newest?.key ?? 0) + 1)
      if (!known) {
        const annotations = {
          [revisionAnnotation]: revision ?? '',
          [syncedAtAnnotation]: clock().toISOString(),
          [objectsAnnotation]: String(objects.length),
          ...(rolledBackTo === null ? {} : { [rolledBackToAnnotation]: String(rolledBackTo) }),
          ...(trigger ? { [triggerAnnotation]: trigger.slice(0, longestTrigger) } : {}),
        }
        await packed.write({ kind: 'revision', application: name, key, annotations, content }, signal)
      }
      // The newest is the one that a failed sync goes back to: it is kept whatever the limit.
      const keys = [key, ...kept.map(it => it.key).filter(it => it !== key)].slice(0, Math.max(limit, 1))
      if (!known || keys.length < kept.length) await packed.keep('revision', name, keys, signal)
    },

    async history(name, signal) {
      return (await newestFirst(name, signal)).map(entryOf)
    },

    async loadRevision(name, revision, signal) {
      const kept = await newestFirst(name, signal)
      const wanted = kept.find(
        it =>
          revision === 'latest' ||
          (typeof revision === 'number'
            ? Number(it.key) === revision
            : it.annotations[revisionAnnotation] === revision),
      )
      if (wanted === undefined) return null
      const found = await packed.read('revision', name, wanted.key, signal)
      return found === null ? null : content.parse(found).objects
    },
  }
}

function entryOf({ key, annotations, createdAt, digest }: PackedEntry): RevisionEntry {
  const numberAt = (name: string) => (annotations[name] === undefined ? null : Number(annotations[name]))
  return {
    number: Number(key),
    revision: annotations[revisionAnnotation] || null,
    syncedAt: annotations[syncedAtAnnotation] ?? createdAt,
    trigger: annotations[triggerAnnotation] ?? null,
    rolledBackTo: numberAt(rolledBackToAnnotation),
    objects: numberAt(objectsAnnotation),
    digest,
  }
}
