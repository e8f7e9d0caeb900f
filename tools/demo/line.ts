import { styleText } from 'node:util'

const marks = { done: styleText('green', '✔'), failed: styleText('red', '✖'), running: styleText('dim', '…') }

/** `✔   4.9 s  a title`: the times stand below each other, however long the titles are. */
export function line(mark: keyof typeof marks, title: string, startedAt: number | null): string {
  return `${marks[mark]} ${timed(title, startedAt)}`
}

/** The same without its mark. `startedAt` is of `performance.now()`; null leaves room for the time. */
export function timed(title: string, startedAt: number | null): string {
  const seconds = startedAt === null ? '' : `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  return `${styleText('dim', seconds.padStart(7))}  ${title}`
}

/** Shows what is going on, where a terminal can take it back: ended by the next {@link print}. */
export function showRunning(title: string): void {
  if (!process.stdout.isTTY) return
  const room = (process.stdout.columns || 80) - 12
  const shown = title.length > room ? `${title.slice(0, room - 1)}…` : title
  process.stdout.write(line('running', shown, null))
}

export function print(text: string): void {
  const start = process.stdout.isTTY ? '\r\u001b[2K' : ''
  process.stdout.write(`${start}${text}\n`)
}
