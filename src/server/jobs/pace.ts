/** How often one thing on a forge is edited. */
export interface Pace {
  readonly secondsBetweenEdits: number
  readonly clock: () => Date
}

/** In how many seconds it may be edited again; null when it may be now. */
export function heldBackSeconds(
  { secondsBetweenEdits, clock }: Pace,
  editedAt: string | null,
): number | null {
  if (editedAt === null) return null
  const left = Date.parse(editedAt) / 1000 + secondsBetweenEdits - clock().getTime() / 1000
  // Another server's clock may be ahead.
  return left > 0 ? Math.min(left, secondsBetweenEdits) : null
}
