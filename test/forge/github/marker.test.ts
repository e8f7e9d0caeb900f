import { expect, test } from 'vitest'
import { carries, marked, markerOf, sameText } from '../../../src/forge/github/marker.ts'

test.each(['plan', 'drift guestbook@dev', 'a-->b', 'a--b', '<!-- x', 'übung'])(
  'a text marked with "%s" carries that key and no other',
  key => {
    const body = marked(key, 'text')
    expect(carries(body, key)).toBe(true)
    expect(carries(body, `${key}x`)).toBe(false)
    expect(markerOf(key)).toMatch(/^<!-- plumbline:((?!--).)+ -->$/)
  },
)

test('a marker further down is quoted, not carried', () => {
  expect(carries(`text\n${markerOf('plan')}`, 'plan')).toBe(false)
  expect(carries(null, 'plan')).toBe(false)
})

test('line ends and trailing space make no difference', () => {
  expect(sameText('a\r\nb\n', 'a\nb')).toBe(true)
  expect(sameText('a', 'b')).toBe(false)
})
