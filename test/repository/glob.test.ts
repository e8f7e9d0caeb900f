import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob } from '../../src/repository/glob.ts'

const matches = (path: string, glob: string) => compileGlob(glob)?.(path)

test.each([
  ['deploy/apps/a.yaml', 'deploy/apps/*.yaml', true],
  ['deploy/apps/a.yaml', './deploy/**/*.yaml', true],
  ['deploy/a.yaml', '/deploy/**/*.yaml', true],
  ['deploy/apps/a.yaml', 'deploy/*.yaml', false],
  ['deploy', 'deploy/**', false],
  ['a.yml', '*.{yaml,yml}', true],
  ['a.json', '{*.yml,*.yaml}', false],
  ['apps/b/x', 'apps/{a,b{,c}}/x', true],
  ['app-1', 'app-[0-9]', true],
  ['app-x', 'app-[!0-9]', true],
  ['.hidden/a', '**', false],
  ['.github/a', '.github/*', true],
  ['{a}', '{a}', true],
  ['*', '\\*', true],
  ['b', '\\*', false],
])('%s, as %s: %s', (path, glob, expected) => {
  expect(matches(path, glob)).toBe(expected)
})

test('agrees with the glob of Node wherever that one is defined', () => {
  const text = (...units: readonly string[]) => fc.string({ maxLength: 7, unit: fc.constantFrom(...units) })
  const clean = (it: string) => !/^\.?\/|\/$|\/\/|(^|\/)\.{1,2}(\/|$)/.test(it) && it !== ''
  fc.assert(
    fc.property(
      text('a', 'b', '/', '.').filter(clean),
      text('a', 'b', '/', '*', '?', '.', '{a,b}', '{,a/}', '[ab]', '[!a]').filter(clean),
      (path, glob) => {
        fc.pre(!/\*\*[^/]|[^/]\*\*|[[{].*\/\.|\/\/|\{,|\*\*\/\*\*/.test(glob))
        expect(matches(path, glob)).toBe(posix.matchesGlob(path, glob))
      },
    ),
    { numRuns: 3000 },
  )
})

test('takes no time for what keeps regular expressions busy', () => {
  const long = 'a'.repeat(250)
  const started = performance.now()
  for (let round = 0; round < 100; round++) {
    expect(matches(long, `${'*a'.repeat(100)}b`)).toBe(false)
    expect(matches(`${'a/'.repeat(200)}x`, `${'**/a/'.repeat(100)}b`)).toBe(false)
  }
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('stands for so many patterns that it is none', () => {
  expect(compileGlob('{a,b}'.repeat(30))).toBeNull()
  expect(compileGlob('{a,b}'.repeat(9))).not.toBeNull()
})
