import { expect, test } from 'vitest'
import { wantsColour } from '../../src/cli/output/colour.ts'

test.each([
  { where: 'a terminal', isTTY: true, env: {}, painted: true },
  { where: 'a pipe', isTTY: false, env: {}, painted: false },
  { where: 'a terminal with NO_COLOR', isTTY: true, env: { NO_COLOR: '1' }, painted: false },
  { where: 'a terminal with an empty NO_COLOR', isTTY: true, env: { NO_COLOR: '' }, painted: true },
  { where: 'a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, painted: false },
  { where: 'a pipe with FORCE_COLOR', isTTY: false, env: { FORCE_COLOR: '1' }, painted: true },
  { where: 'a terminal with FORCE_COLOR=0', isTTY: true, env: { FORCE_COLOR: '0' }, painted: false },
  { where: 'a pipe with both', isTTY: false, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, painted: true },
])('by itself, $where is painted: $painted', ({ isTTY, env, painted }) => {
  expect(wantsColour('auto', { isTTY }, env)).toBe(painted)
  expect(wantsColour('always', { isTTY }, env)).toBe(true)
  expect(wantsColour('never', { isTTY }, env)).toBe(false)
  expect(wantsColour(false, { isTTY }, env)).toBe(false)
})
