import { Client } from 'pg'
import { z } from 'zod'
import { momentOf } from '../moment.ts'

/** What the server's database says of drift, as it comes to say it. */
export interface Records {
  /** Resolves with the moments (`performance.now`) at which each of these texts was first on record as a live value. */
  await(tokens: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Resolves when no drift is on record any more. */
  awaitNone(): Promise<void>
  close(): Promise<void>
}

/** Milliseconds between looks: the moments are late by so much at most. */
export const lookEvery = 10

const row = z.object({ name: z.string(), observed: z.string(), drift: z.string() })

export async function readRecords(url: string, signal: AbortSignal): Promise<Records> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const known = new Map<string, string>()
  const seen = new Map<string, number>()

  /** Only what has changed since the last look is sent. */
  async function look(): Promise<void> {
    const parameters = [[...known.keys()], [...known.values()]]
    const { rows } = await client.query(
      `select a.name, a.drift->>'observedAt' as observed, a.drift::text as drift from applications a
       left join unnest($1::text[], $2::text[]) as known(name, observed) on known.name = a.name
       where a.drift is not null and a.drift->>'observedAt' is distinct from known.observed`,
      parameters,
    )
    const at = performance.now()
    for (const { name, observed, drift } of z.array(row).parse(rows)) {
      known.set(name, observed)
      for (const [token] of drift.matchAll(/by-hand-[\w-]+/g)) if (!seen.has(token)) seen.set(token, at)
    }
  }

  return {
    async await(tokens) {
      const isThere = async () => {
        await look()
        return tokens.every(token => seen.has(token))
      }
      await momentOf(`${tokens.length} edits are on record`, isThere, {
        signal,
        every: lookEvery,
        within: 120_000,
      })
      return seen
    },
    async awaitNone() {
      const isOver = async () => {
        const { rowCount } = await client.query(
          `select from applications where drift::text like '%by-hand-%' limit 1`,
        )
        return rowCount === 0
      }
      await momentOf('no drift is on record', isOver, { signal, every: 500, within: 300_000 })
    },
    close: () => client.end(),
  }
}
