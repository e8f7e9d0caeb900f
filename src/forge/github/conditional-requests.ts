/** What GitHub answered last to a read, by its address. */
export interface RememberedAnswer {
  readonly etag: string
  readonly status: number
  readonly url: string
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

/**
 * Answers of reads that are asked again and again. With their ETag GitHub says 304 where nothing changed, which costs nothing of the hourly
 * quota. Source: "Best practices for using the REST API", conditional requests.
 */
export interface ConditionalRequests {
  known(principal: string, url: string): RememberedAnswer | null
  remember(principal: string, url: string, answer: RememberedAnswer): void
}

/** What is not read for long makes room. Long answers (lists of a hundred pull requests) are about 2 MB. Characters, of all together. */
const defaultBounds = { answers: 1000, characters: 32_000_000 }
const longestAnswer = 400_000

export function createConditionalRequests(most = defaultBounds): ConditionalRequests {
  const answers = new Map<string, { readonly answer: RememberedAnswer; readonly text: string }>()
  let characters = 0
  const drop = (key: string): void => {
    characters -= answers.get(key)?.text.length ?? 0
    answers.delete(key)
  }
  const keyOf = (principal: string, url: string): string => `${principal} ${url}`
  return {
    known(principal, url) {
      const key = keyOf(principal, url)
      const found = answers.get(key)
      if (!found) return null
      answers.delete(key)
      answers.set(key, found)
      // A copy: whoever gets it may change it.
      return { ...found.answer, data: JSON.parse(found.text) as unknown }
    },
    remember(principal, url, { data, ...answer }) {
      const key = keyOf(principal, url)
      drop(key)
      const text = JSON.stringify(data)
      if (text === undefined || text.length > longestAnswer) return
      answers.set(key, { answer: { ...answer, data: null }, text })
      characters += text.length
      for (const oldest of answers.keys()) {
        if (answers.size <= most.answers && characters <= most.characters) break
        drop(oldest)
      }
    },
  }
}
