/** The candidate that `written` was most likely meant to be; null when none is close. */
export function closest(
  written: string,
  candidates: readonly string[],
  mostEdits = Number.POSITIVE_INFINITY,
): string | null {
  const allowed = Math.min(mostEdits, Math.max(1, Math.floor(written.length / 3)))
  const ranked = candidates
    .map(candidate => ({ candidate, distance: distance(written.toLowerCase(), candidate.toLowerCase()) }))
    .filter(it => isNear(it.distance, allowed, written) || isBeginning(written, it.candidate))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate ?? null
}

/** With as many edits as it has letters, anything becomes anything. */
function isNear(distance: number, allowed: number, written: string): boolean {
  return distance <= allowed && distance < written.length
}

function isBeginning(written: string, candidate: string): boolean {
  return written.length > 2 && candidate.startsWith(written)
}

/** `did you mean "x"?`, or what there is to choose from when it is little, or null. */
export function didYouMean(written: string, candidates: readonly string[]): string | null {
  const best = closest(written, candidates)
  if (best !== null) return `did you mean "${best}"?`
  return candidates.length > 0 && candidates.length <= 8 ? `there is ${candidates.join(', ')}` : null
}

/** Edit distance; two letters that changed places are one edit, as they are one slip. */
function distance(a: string, b: string): number {
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : replaced
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
