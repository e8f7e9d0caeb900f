import { z } from 'zod'
import type { KubernetesObject } from '../../model/object.ts'
import { pack } from './packing.ts'
import type { PackedEntry, PackedSecrets } from './packed-secrets.ts'
import type { State } from './state.ts'

const revisionAnnotation = 'plumbline.dev/revision'

const content = z.object({ objects: z.array(z.custom<KubernetesObject>(it => typeof it === 'object')) })

/** The sets of an application's last successful syncs, numbered in order. */
export function createRevisions(packed: PackedSecrets): Pick<State, 'saveRevision' | 'loadRevision'> {
  async function newestFirst(name: string, signal: AbortSignal): Promise<readonly PackedEntry[]> {
    const entries = await packed.list('revision', name, signal)
    return entries.toSorted((a, b) => Number(b.key) - Number(a.key))
  }

  return {
    async saveRevision(name, { revision, objects, limit }, signal) {
      const kept = await newestFirst(name, signal)
      const content = { objects }
      const newest = kept[0]
      const known =
        newest !== undefined &&
        newest.digest === pack(content).digest &&
        newest.annotations[revisionAnnotation] === (revision ?? '')
      if (!known) {
        const key = String(Number(newest?.key ?? 0) + 1)
        const annotations = { [revisionAnnotation]: revision ?? '' }
        await packed.write({ kind: 'revision', application: name, key, annotations, content }, signal)
      }
      // The newest is the one that a failed sync goes back to: it is kept whatever the limit.
      const others = Math.max(limit, 1) - (known ? 0 : 1)
      for (const { key } of kept.slice(others)) await packed.delete('revision', name, key, signal)
    },

    async loadRevision(name, revision, signal) {
      const kept = await newestFirst(name, signal)
      const wanted = kept.find(it => revision === 'latest' || it.annotations[revisionAnnotation] === revision)
      if (wanted === undefined) return null
      const found = await packed.read('revision', name, wanted.key, signal)
      return found === null ? null : content.parse(found).objects
    },
  }
}
