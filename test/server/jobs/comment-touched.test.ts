import { expect, test } from 'vitest'
import { secondsBeforePutBack } from '../../../src/server/jobs/comment-touched.ts'

test('a comment is put back at once, then after twice as long each time, and never later than half an hour', () => {
  const waits = Array.from({ length: 12 }, (_, at) => secondsBeforePutBack(at + 1, 5))
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800, 1800])
  expect(secondsBeforePutBack(5000, 5)).toBe(1800)
})
