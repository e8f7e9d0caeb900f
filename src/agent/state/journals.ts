import { z } from 'zod'
import type { Application } from '../../model/application.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { PackedSecrets } from './packed-secrets.ts'
import type { Journal, State } from './state.ts'

const isObject = (value: unknown) => typeof value === 'object' && value !== null
const objects = z.array(z.custom<KubernetesObject>(isObject))

/** What a later version's journal must at least have to be carried on with; ours has everything. */
const journalDocument = z.looseObject({
  id: z.string(),
  application: z.custom<Application>(isObject),
  phase: z.enum(['applying', 'rolling-back']),
  desired: objects,
  previous: objects,
  before: objects,
  creates: z.array(z.string()),
  deletes: z.array(z.string()),
})

const key = 'current'

/** At most one journal per application: the one of the sync that runs, or was cut off. */
export function createJournals(
  packed: PackedSecrets,
): Pick<State, 'writeJournal' | 'readJournal' | 'journals' | 'clearJournal'> {
  return {
    async writeJournal(journal, signal) {
      const application = journal.application.name
      const annotations = { 'plumbline.dev/phase': journal.phase }
      await packed.write({ kind: 'journal', application, key, annotations, content: journal }, signal)
    },
    async readJournal(name, signal) {
      const found = await packed.read('journal', name, key, signal)
      return found === null ? null : (journalDocument.parse(found) as unknown as Journal)
    },
    async journals(signal) {
      return (await packed.list('journal', null, signal)).map(it => it.application)
    },
    clearJournal: (name, signal) => packed.delete('journal', name, key, signal),
  }
}
