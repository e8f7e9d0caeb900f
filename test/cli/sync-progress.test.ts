import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSyncProgress } from '../../src/cli/output/sync-progress.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a step is told when it begins, and within a step the newest once a second', () => {
  const lines: string[] = []
  const progress = createSyncProgress({ write: text => lines.push(text.trim()) })
  progress.tell({ step: 'plan', message: 'planning again' })
  progress.tell({ step: 'apply', message: 'wave 0: 1000 Deployment' })
  for (let healthy = 0; healthy <= 1000; healthy++) {
    progress.tell({ step: 'health', message: `wave 0: ${healthy} of 1000 healthy` })
    vi.advanceTimersByTime(2)
  }
  progress.tell({ step: 'save', message: 'remembering what was synced' })
  progress.end()
  vi.advanceTimersByTime(5_000)
  expect(lines).toEqual([
    'planning again',
    'wave 0: 1000 Deployment',
    'wave 0: 0 of 1000 healthy',
    'wave 0: 499 of 1000 healthy',
    'wave 0: 999 of 1000 healthy',
    'remembering what was synced',
  ])
})

test('the same is not told twice', () => {
  const lines: string[] = []
  const progress = createSyncProgress({ write: text => lines.push(text.trim()) })
  for (const _ of [1, 2, 3]) {
    progress.tell({ step: 'health', message: 'wave 0: 1 of 2 healthy' })
    vi.advanceTimersByTime(2_000)
  }
  progress.end()
  expect(lines).toEqual(['wave 0: 1 of 2 healthy'])
})
