const hunkHeader = /^@@ -\d+(,\d+)? \+\d+(,\d+)? @@/m
const namedRun = /^@@ (\d+) unchanged lines? @@$/

/**
 * A plan's diff, in which skipped runs are named by their length, with the hunk headers that a renderer of unified diffs needs.
 * One that has them already loses only what stands before the first. Empty when there is nothing to show.
 */
export function hunksOf(diff: string): string {
  if (diff.trim() === '') return ''
  const start = diff.search(hunkHeader)
  return (start >= 0 ? diff.slice(start) : numbered(diff)).replace(/\n+$/, '')
}

function numbered(diff: string): string {
  const hunks: string[] = []
  let lines: string[] = []
  const at = { old: 1, new: 1 }
  const close = (): void => {
    if (lines.length === 0) return
    const old = lines.filter(line => !line.startsWith('+')).length
    const now = lines.filter(line => !line.startsWith('-')).length
    hunks.push(`@@ -${old ? at.old : 0},${old} +${now ? at.new : 0},${now} @@`, ...lines)
    at.old += old
    at.new += now
    lines = []
  }
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const run = namedRun.exec(line)
    if (run) {
      close()
      at.old += Number(run[1])
      at.new += Number(run[1])
    } else lines.push(/^[ +-]/.test(line) ? line : ` ${line}`)
  }
  close()
  return hunks.join('\n')
}
