/** One document of a file, found by its looks alone. */
export interface ScannedDocument {
  /** Of its first line with content; counts from 1. */
  readonly line: number
  readonly kind: string | null
  readonly name: string | null
}

/**
 * Finds documents, kinds and names line by line. For tracing an object back to its line: quick, and good for templates
 * too, which no parser reads.
 */
export function scanDocuments(text: string): readonly ScannedDocument[] {
  const documents: { line: number; kind: string | null; name: string | null }[] = []
  let current: (typeof documents)[number] | null = null
  let inMetadata = false
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd()
    if (/^---(\s|$)/.test(line)) {
      current = null
      continue
    }
    if (line === '' || /^\s*#/.test(line) || /^\{\{.*\}\}$/.test(line)) continue
    if (!current) {
      current = { line: index + 1, kind: null, name: null }
      documents.push(current)
      inMetadata = false
    }
    const kind = /^kind:\s*["']?([\w.-]+)/.exec(line)?.[1]
    if (kind) current.kind = kind
    if (/^\S/.test(line)) inMetadata = line.startsWith('metadata:')
    // Of a name such as `{{ .Release.Name }}-web` the part that is written stays.
    const bare = line.replace(/\{\{[^{}]*\}\}/g, '')
    const name = inMetadata
      ? /^(?:metadata:\s*\{.*?\b|\s+)name:\s*["']?([^"'\s,}]+)/.exec(bare)?.[1]
      : undefined
    if (name) current.name ??= name
  }
  return documents
}

/** The line of the document that an object came from, given that prefixes and suffixes may have changed its name. */
export function lineOf(documents: readonly ScannedDocument[], kind: string, name: string): number | null {
  const candidates = documents.filter(it => it.kind === kind)
  const exact = candidates.find(it => it.name === name)
  if (exact) return exact.line
  const byLength = candidates
    .filter(it => it.name !== null && name.includes(it.name))
    .sort((a, b) => b.name!.length - a.name!.length)
  return (byLength[0] ?? (candidates.length === 1 ? candidates[0] : undefined))?.line ?? null
}
