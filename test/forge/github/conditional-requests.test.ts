import { expect, test } from 'vitest'
import { createConditionalRequests } from '../../../src/forge/github/conditional-requests.ts'

/** Its JSON has two characters more. */
const answerOf = (length: number) => ({
  etag: '"1"',
  status: 200,
  url: 'https://forge/a',
  headers: {},
  data: 'x'.repeat(length - 2),
})

function rememberedAfter(lengths: readonly number[], bounds: { answers: number; characters: number }) {
  const answers = createConditionalRequests(bounds)
  for (const [at, length] of lengths.entries()) answers.remember('me', `/${at}`, answerOf(length))
  return lengths.map((_, at) => answers.known('me', `/${at}`) !== null)
}

test('answers are kept as long as all together are short enough', () => {
  expect(rememberedAfter([40, 40, 20, 50], { answers: 10, characters: 100 })).toEqual([
    false,
    false,
    true,
    true,
  ])
  expect(rememberedAfter([40, 40, 20], { answers: 2, characters: 100 })).toEqual([false, true, true])
})

test('one that is remembered anew counts once', () => {
  const answers = createConditionalRequests({ answers: 10, characters: 100 })
  answers.remember('me', '/other', answerOf(40))
  for (let round = 0; round < 5; round++) answers.remember('me', '/same', answerOf(40))
  expect(answers.known('me', '/other')).not.toBeNull()
})
