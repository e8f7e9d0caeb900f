/** One part of a text that can be said at several lengths, shortest first; the shortest is often empty. */
export interface Piece {
  readonly forms: readonly [string, ...string[]]
}

/**
 * Picks the longest form of every piece that fits into `budget` UTF-16 code units together, never cutting inside one. Small ones
 * go first, so that one huge piece cannot push many small ones out; and no piece gets its next form while another still
 * lacks the form before. The shortest forms are taken even when they do not fit.
 */
export function fit(pieces: readonly Piece[], budget: number): { texts: string[]; left: number } {
  const texts = pieces.map(piece => piece.forms[0])
  let left = budget - texts.reduce((sum, text) => sum + text.length, 0)
  const levels = Math.max(0, ...pieces.map(piece => piece.forms.length))
  for (let level = 1; level < levels; level++) {
    let allFit = true
    const candidates = pieces
      .map((piece, index) => ({ index, next: piece.forms[level], now: texts[index]!.length }))
      .filter(it => it.next !== undefined)
      .sort((a, b) => a.next!.length - a.now - (b.next!.length - b.now))
    for (const { index, next, now } of candidates) {
      const cost = next!.length - now
      if (cost <= left) {
        texts[index] = next!
        left -= cost
      } else {
        allFit = false
      }
    }
    if (!allFit) break
  }
  return { texts, left }
}
