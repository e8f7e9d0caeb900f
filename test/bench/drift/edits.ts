import { setTimeout as wait } from 'node:timers/promises'
import type { Api } from '../api.ts'
import { applicationNames, editable } from './repository.ts'
import { perSecond, type Size } from './size.ts'

export interface Edit {
  readonly path: string
  /** The value that it leaves behind, like no other. */
  readonly token: string
}

/** As Git has it. */
const ordinary = 'info'

const lanes = 8

/** Edits of objects that nobody has edited, in every application by turns. */
export function createEditor(api: Api, size: Size) {
  const namespaces = applicationNames(size)
  const most = namespaces.length * editable(size)
  let next = 0

  function take(count: number): readonly Edit[] {
    if (next + count > most) throw new Error(`there are ${most} objects to edit, too few: take fewer edits`)
    const edits = Array.from({ length: count }, () => {
      const at = next++
      return { path: pathOf(at), token: `by-hand-${at}` }
    })
    return edits
  }

  function pathOf(at: number): string {
    const name = `settings-${String(Math.floor(at / namespaces.length)).padStart(5, '0')}`
    return `/api/v1/namespaces/${namespaces[at % namespaces.length]}/configmaps/${name}`
  }

  return {
    take,
    /** Resolves with the moments (`performance.now`) at which the API server had taken each, by token. */
    async make(edits: readonly Edit[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
      const begun = performance.now()
      const taken = await Promise.all(
        edits.map(async ({ path, token }, at) => {
          const due = begun + (at * 1000) / perSecond
          await wait(Math.max(0, due - performance.now()), undefined, { signal })
          await api.patch(path, { data: { LOG_LEVEL: token } })
          return [token, performance.now()] as const
        }),
      )
      return new Map(taken)
    },
    /** Makes every object again what Git says. */
    async putBack(signal: AbortSignal): Promise<void> {
      const paths = Array.from({ length: next }, (_, at) => pathOf(at)).values()
      const lane = async () => {
        for (const path of paths) {
          signal.throwIfAborted()
          await api.patch(path, { data: { LOG_LEVEL: ordinary } })
        }
      }
      await Promise.all(Array.from({ length: lanes }, lane))
    },
  }
}
