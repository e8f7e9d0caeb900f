import { fence } from './escape.ts'

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/**
 * A unified diff as people read it: without file headers, each skipped run named by its length
 * (`@@ 15 unchanged lines @@`) instead of by line numbers of a file that nobody has open.
 */
function readableDiff(diff: string): string {
  const lines = diff.replace(/\n$/, '').split('\n')
  const first = lines.findIndex(line => hunkHeader.test(line))
  if (first < 0) return diff
  const readable: string[] = []
  let nextLine = 1
  for (const line of lines.slice(first)) {
    const header = hunkHeader.exec(line)
    if (!header) {
      if (!line.startsWith('\\')) readable.push(line)
      continue
    }
    const length = Number(header[2] ?? 1)
    // A hunk without old lines names the line before it.
    const start = Number(header[1]) + (length === 0 ? 1 : 0)
    const skipped = start - nextLine
    if (skipped > 0) readable.push(`@@ ${skipped} unchanged line${skipped === 1 ? '' : 's'} @@`)
    nextLine = start + length
  }
  return readable.join('\n')
}

export function diffBlock(diff: string): string {
  return fence('diff', readableDiff(diff))
}
