import { expect, test } from 'vitest'
import { closest, didYouMean } from '../../src/repository/closest.ts'

const fields = ['replicas', 'revisionHistoryLimit', 'selector', 'spec', 'strategy', 'template']

test.each([
  ['replica', 'replicas'],
  ['selecotr', 'selector'],
  ['spce', 'spec'],
  ['Template', 'template'],
  ['revision', 'revisionHistoryLimit'],
  ['image', null],
])('%s was meant to be %s', (written, meant) => {
  expect(closest(written, fields)).toBe(meant)
})

test('where nothing is close, a short list is given to choose from', () => {
  expect(didYouMean('x', ['a', 'b'])).toBe('there is a, b')
  expect(didYouMean('replica', fields)).toBe('did you mean "replicas"?')
  expect(
    didYouMean(
      'x',
      Array.from({ length: 20 }, (_, at) => `field-${at}`),
    ),
  ).toBeNull()
})
