/** The value that a share of the samples does not exceed; nearest rank, so it is always one that was measured. */
function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new RangeError('no percentile of nothing: take samples first')
  return value
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5)
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`
}

/** `0.5×`: ours is half of theirs. */
export function ratio(ours: number, theirs: number): string {
  if (theirs === 0) return ours === 0 ? '1×' : '–'
  const value = ours / theirs
  return `${value >= 10 ? value.toFixed(0) : value >= 0.1 || value === 0 ? value.toFixed(1) : value.toFixed(2)}×`
}

export const spreadColumns = ['samples', 'p50', 'p95', 'max'] as const

/** The cells of {@link spreadColumns}. */
export function spread(samples: readonly number[]): readonly string[] {
  const at = (share: number) => duration(percentile(samples, share))
  return [String(samples.length), at(0.5), at(0.95), at(1)]
}
