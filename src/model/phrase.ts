import type { Revision } from './repository.ts'

/** `1 object`, `3 objects`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

/** `dev`, `dev and prod`, `dev, prod and test`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `2026-03-01 09:41:07 UTC`: absolute, because a report is read whenever it is read. */
export function utc(time: string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return 'an unknown time'
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** Time between two moments: `0.4 s`, `12 s`, `3 min 5 s`. */
export function took(from: string, to: string): string {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
  if (Number.isNaN(seconds)) return ''
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

export function shortRevision(revision: Revision): string {
  return revision.slice(0, 7)
}

export function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
