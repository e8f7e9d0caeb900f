import { expect, test } from 'vitest'
import { hunksOf } from '../../../src/server/web/hunks.ts'

test('runs that are named by their length become hunks with line numbers', () => {
  const diff = ' kind: X\n@@ 15 unchanged lines @@\n a: 1\n-b: 2\n+b: 3\n+c: 4'
  expect(hunksOf(diff)).toBe('@@ -1,1 +1,1 @@\n kind: X\n@@ -17,2 +17,3 @@\n a: 1\n-b: 2\n+b: 3\n+c: 4')
})

test('a created object has no old lines', () => {
  expect(hunksOf('+a: 1\n+b: 2\n')).toBe('@@ -0,0 +1,2 @@\n+a: 1\n+b: 2')
})

test('a diff with hunk headers loses only its file names', () => {
  expect(hunksOf('--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n')).toBe('@@ -1 +1 @@\n-a\n+b')
})

test('nothing stays nothing', () => {
  expect(hunksOf('')).toBe('')
})
