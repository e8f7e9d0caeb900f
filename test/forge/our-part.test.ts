import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isAbout,
  newBody,
  takenRoom,
  titleFor,
  withOurPart,
  withoutMarkers,
} from '../../src/forge/our-part.ts'

const key = 'drift/guestbook@dev'
const text = fc.string({ unit: 'binary', maxLength: 80 })
const title = fc.stringMatching(/^[ -~]{1,60}$/)
/** What a person writes who knows nothing of markers. */
const theirs = text.filter(it => !it.includes('<!--'))

test('whatever people write around it, our part is replaced and theirs stays', () => {
  fc.assert(
    fc.property(fc.record({ above: theirs, below: theirs, before: text, after: text, ours: title }), it => {
      const { above, below, before, after, ours } = it
      const body = `${above}\n${newBody({ key, title: 'first', text: before })}\n${below}`
      const part = { title: ours, text: after }
      const written = withOurPart(body, part, key)
      expect(written.startsWith(`${above}\n<!-- `)).toBe(true)
      expect(written.endsWith(`-->\n${below}`)).toBe(true)
      expect(withOurPart(written, part, key)).toBe(written)
      expect(isAbout(written, key)).toBe(true)
      expect(isAbout(written, 'drift/other@dev')).toBe(false)
      expect(titleFor({ title: ours, body: written }, 'next')).toBe('next')
      expect(withOurPart(body, { ...part, text: '' }, key).length).toBe(takenRoom(body, { key, title: ours }))
    }),
  )
})

test('what we quote cannot end our part, nor be found for another', () => {
  const end = '<!-- /plumbline:drift%2Fguestbook%40dev -->'
  const quoted = `\`\`\`\n${end}\n<!-- plumbline:drift%2Fother%40dev x -->\n<!--plumbline:x -->\n\`\`\``
  const body = newBody({ key, title: 'a', text: quoted })
  expect(isAbout(body, 'drift/other@dev')).toBe(false)
  expect(withoutMarkers(withOurPart(body, { title: 'a', text: 'new' }, key))).toBe('new')
})

test.each([
  { body: null, left: '' },
  { body: 'Mine.', left: 'Mine.\n\n' },
  { body: '<!-- plumbline:drift%2Fguestbook%40dev a -->\nold', left: 'old\n\n' },
  { body: 'old\r\n<!-- /plumbline:drift%2Fguestbook%40dev -->\r\nmine', left: 'old\r\nmine\n\n' },
])('where markers of $body are missing, our part is added once', ({ body, left }) => {
  const once = withOurPart(body, { title: 't', text: 'new' }, key)
  expect(withoutMarkers(once)).toBe(`${left}new`)
  expect(withoutMarkers(withOurPart(once, { title: 't', text: 'newer' }, key))).toBe(`${left}newer`)
})

test('a body from before there was an end is ours as a whole', () => {
  const body = '<!-- plumbline:drift%2Fguestbook%40dev -->\nold\n\nand old'
  expect(isAbout(body, key)).toBe(true)
  expect(withoutMarkers(withOurPart(body, { title: 't', text: 'new' }, key))).toBe('new')
  expect(titleFor({ title: 'anything', body }, 'ours')).toBe('ours')
})

test.each([
  { now: 'Drift: a -- b > c (100%)', next: 'ours' },
  { now: 'Urgent: Drift: a -- b > c (100%)!', next: 'Urgent: ours!' },
  { now: 'Something else', next: 'Something else' },
])('the title "$now" becomes "$next"', ({ now, next }) => {
  const body = newBody({ key, title: 'Drift: a -- b > c (100%)', text: 'x' })
  expect(body.split('\n')[0]!.match(/--/g)).toHaveLength(2)
  expect(titleFor({ title: now, body }, 'ours')).toBe(next)
})
