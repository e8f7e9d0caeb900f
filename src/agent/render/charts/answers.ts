import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { KeptFiles } from './kept-files.ts'

const answer = z.object({
  version: z.string(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.number(),
})
const listed = z.record(z.string(), answer)

/** What a version or a range stood for, and when that was asked. */
export type Answer = z.infer<typeof answer>

export interface Answers {
  get(key: string): Promise<Answer | null>
  put(key: string, answer: Answer): Promise<void>
}

const mostAnswers = 1_000
const fileName = 'versions.json'

/** Kept on disk, so that an agent that starts while a host is away still knows what exact versions are. */
export function createAnswers(files: KeptFiles): Answers {
  let answers: Promise<Map<string, Answer>> | null = null
  const load = () => (answers ??= read(files))
  return {
    get: async key => (await load()).get(key) ?? null,
    async put(key, it) {
      const all = await load()
      all.delete(key)
      all.set(key, it)
      if (all.size > mostAnswers) all.delete(all.keys().next().value!)
      await files.put(fileName, Buffer.from(JSON.stringify(Object.fromEntries(all))))
    },
  }
}

async function read(files: KeptFiles): Promise<Map<string, Answer>> {
  const found = await files.find(fileName)
  if (!found) return new Map()
  try {
    return new Map(Object.entries(listed.parse(JSON.parse(await readFile(found.file, 'utf8')))))
  } catch {
    // Of another release, or damaged: everything is asked again.
    return new Map()
  }
}
