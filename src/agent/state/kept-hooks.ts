import { z } from 'zod'
import type { KubernetesObject } from '../../model/object.ts'
import { pack } from './packing.ts'
import type { PackedSecrets } from './packed-secrets.ts'
import type { State } from './state.ts'

const content = z.object({ hooks: z.array(z.custom<KubernetesObject>(it => typeof it === 'object')) })

const key = 'current'

/** The hooks of an application's newest set: what runs when it is removed, for then Git does not say it any more. */
export function createKeptHooks(packed: PackedSecrets): Pick<State, 'saveHooks' | 'loadHooks'> {
  return {
    async saveHooks(application, hooks, signal) {
      const [kept] = await packed.list('hooks', application, signal)
      if (hooks.length === 0) {
        if (kept) await packed.delete('hooks', application, null, signal)
        return
      }
      const content = { hooks }
      if (kept?.digest === pack(content).digest) return
      await packed.write({ kind: 'hooks', application, key, annotations: {}, content }, signal)
    },
    async loadHooks(application, signal) {
      const found = await packed.read('hooks', application, key, signal)
      return found === null ? [] : content.parse(found).hooks
    },
  }
}
