/** A duration as Go and Argo CD write it: `90s`, `5m`, `1h30m`. */
export const durationPattern = /^(\d+(\.\d+)?(ms|s|m|h))+$/

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** Seconds of a Go duration such as `1h30m`; null when it is none. */
export function secondsOf(text: string): number | null {
  if (!durationPattern.test(text)) return null
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    seconds += Number(amount) * (unitSeconds[unit!] ?? 0)
  }
  return seconds
}
