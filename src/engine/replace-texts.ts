/**
 * Replaces every occurrence of any of many texts, the longest one where several begin. A regular expression of them all would not do: a
 * Secret with a few thousand lines makes one that is too large, and the error about it would quote the Secret. Each text has at
 * least {@link shortestText} characters.
 */
export function createReplacer(texts: Iterable<string>, replacement: string): (text: string) => string {
  const known = new Set(texts)
  const beginnings = new Set<number>()
  const lengths = new Map<string, number[]>()
  for (const text of known) {
    beginnings.add(pairAt(text, 0))
    const prefix = text.slice(0, shortestText)
    const found = lengths.get(prefix) ?? []
    if (!found.includes(text.length)) lengths.set(prefix, [...found, text.length])
  }
  for (const found of lengths.values()) found.sort((a, b) => b - a)

  function lengthAt(text: string, at: number): number | undefined {
    if (!beginnings.has(pairAt(text, at))) return undefined
    const candidates = lengths.get(text.slice(at, at + shortestText))
    return candidates?.find(length => known.has(text.slice(at, at + length)))
  }

  return text => {
    let result = ''
    let copied = 0
    for (let at = 0; at + shortestText <= text.length; at++) {
      const length = lengthAt(text, at)
      if (length === undefined) continue
      result += text.slice(copied, at) + replacement
      copied = at + length
      at = copied - 1
    }
    return copied === 0 ? text : result + text.slice(copied)
  }
}

export const shortestText = 4

/** Two characters as one number: nearly every position of a text is passed over by it. */
function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1)
}
