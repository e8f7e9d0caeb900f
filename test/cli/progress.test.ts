import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress } from '../../src/cli/output/progress.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function terminal(isTTY: boolean) {
  let written = ''
  const stream = { isTTY, columns: 40, write: (text: string) => (written += text) }
  return { stream, written: () => written }
}

test('nothing is said of what is done within a second', () => {
  const { stream, written } = terminal(true)
  const progress = createProgress(stream)
  progress.say('rendering deploy')
  vi.advanceTimersByTime(999)
  progress.end()
  vi.advanceTimersByTime(5_000)
  expect(written()).toBe('')
})

test('what takes longer is said in one line that is written over, and gone at the end', () => {
  const { stream, written } = terminal(true)
  const progress = createProgress(stream)
  progress.say('rendering deploy')
  vi.advanceTimersByTime(1_000)
  progress.say('comparing 3 of 7 objects')
  vi.advanceTimersByTime(100)
  progress.end()
  expect(written()).toBe('\r\u001b[K⠋ rendering deploy\r\u001b[K⠙ comparing 3 of 7 objects\r\u001b[K')
  vi.advanceTimersByTime(5_000)
  progress.say('too late')
  expect(written()).not.toContain('too late')
})

test('a line is never longer than the terminal is wide', () => {
  const { stream, written } = terminal(true)
  createProgress(stream).say('x'.repeat(100))
  vi.advanceTimersByTime(1_000)
  expect(written().replace('\r\u001b[K', '').length).toBeLessThan(40)
})

test('a text that stays stands on a line of its own', () => {
  const { stream, written } = terminal(true)
  const progress = createProgress(stream)
  progress.say('rendering')
  vi.advanceTimersByTime(1_000)
  progress.tell('a sync is running\n')
  expect(written()).toBe('\r\u001b[K⠋ rendering\r\u001b[Ka sync is running\n')
})

test('a log gets none of it, but every text that stays', () => {
  const { stream, written } = terminal(false)
  const progress = createProgress(stream)
  progress.say('rendering')
  vi.advanceTimersByTime(5_000)
  progress.tell('a sync is running\n')
  expect(written()).toBe('a sync is running\n')
})
