import { describe, expect, test } from 'vitest'
import { parseSettings } from '../../src/repository/settings.ts'
import { windowState } from '../../src/repository/sync-windows.ts'

const shop = { name: 'shop', destination: { cluster: 'prod', namespace: 'shop-eu' } }

function windows(yaml: string) {
  const { settings, problems } = parseSettings(`version: 1\n${yaml}`)
  expect(problems).toEqual([])
  return settings.syncWindows
}

const top = (...entries: readonly string[]) =>
  windows(`syncWindows:\n${entries.map(it => `  - { ${it} }\n`).join('')}`)

const nightly = 'kind: allow, schedule: "0 22 * * *", duration: 8h'
const weekend = 'kind: deny, schedule: "0 0 * * 6", duration: 48h'

// 2026-05-01 is a Friday.
describe('a sync', () => {
  test.each([
    { what: 'without windows', all: [], at: '2026-05-01T12:00:00Z' },
    { what: 'inside of an allow', all: [nightly], at: '2026-05-01T23:00:00Z' },
    { what: 'at the first moment of it', all: [nightly], at: '2026-05-01T22:00:00Z' },
    { what: 'in a window that began yesterday', all: [nightly], at: '2026-05-01T05:59:59Z' },
    { what: 'outside of a deny', all: [weekend], at: '2026-05-01T23:59:59Z' },
    {
      what: 'of an application that no window is for',
      all: [`${nightly}, applications: [other]`],
      at: '2026-05-01T12:00:00Z',
    },
    { what: 'of another cluster', all: [`${nightly}, clusters: [dev]`], at: '2026-05-01T12:00:00Z' },
    {
      what: 'inside of one of two allows',
      all: [nightly, 'kind: allow, schedule: "0 12 * * *", duration: 30m'],
      at: '2026-05-01T12:15:00Z',
    },
    {
      what: 'in the time zone of the window',
      all: ['kind: allow, schedule: "0 9 * * *", duration: 1h, timeZone: America/New_York'],
      at: '2026-05-01T13:30:00Z',
    },
  ])('$what may happen', ({ all, at }) => {
    expect(
      windowState(top(...(all.length > 0 ? all : [`${nightly}, applications: [x]`])), shop, new Date(at)),
    ).toEqual({ isOpen: true })
  })

  test.each([
    {
      what: 'outside of the allow',
      all: [nightly],
      at: '2026-05-01T12:00:00Z',
      until: '2026-05-01T22:00:00.000Z',
    },
    {
      what: 'at the end of it',
      all: [nightly],
      at: '2026-05-01T06:00:00Z',
      until: '2026-05-01T22:00:00.000Z',
    },
    {
      what: 'half a second before it',
      all: [nightly],
      at: '2026-05-01T21:59:59.500Z',
      until: '2026-05-01T22:00:00.000Z',
    },
    {
      what: 'inside of a deny',
      all: [weekend],
      at: '2026-05-02T12:00:00Z',
      until: '2026-05-04T00:00:00.000Z',
    },
    {
      what: 'inside of a deny, although allowed',
      all: [nightly, weekend],
      at: '2026-05-02T23:00:00Z',
      until: '2026-05-04T00:00:00.000Z',
    },
    {
      what: 'after a deny that ends outside of the allow',
      all: ['kind: allow, schedule: "0 10 * * *", duration: 1h', weekend],
      at: '2026-05-02T12:00:00Z',
      until: '2026-05-04T10:00:00.000Z',
    },
    {
      what: 'that is for its name',
      all: [`${nightly}, applications: ["sh*"]`],
      at: '2026-05-01T12:00:00Z',
      until: '2026-05-01T22:00:00.000Z',
    },
    {
      what: 'that is for its namespace',
      all: [`${nightly}, namespaces: ["shop-*"], applications: [other]`],
      at: '2026-05-01T12:00:00Z',
      until: '2026-05-01T22:00:00.000Z',
    },
    {
      what: 'on the day when clocks go forward',
      all: ['kind: allow, schedule: "0 3 * * *", duration: 1h, timeZone: Europe/Berlin'],
      at: '2026-03-29T00:30:00Z',
      until: '2026-03-29T01:00:00.000Z',
    },
  ])('$what waits until $until', ({ all, at, until }) => {
    const state = windowState(top(...all), shop, new Date(at))
    expect({ ...state, until: 'until' in state ? state.until?.toISOString() : null }).toEqual({
      isOpen: false,
      manual: false,
      until,
    })
  })

  test.each([
    { all: [`${nightly}, manualSync: true`], manual: true },
    { all: [nightly], manual: false },
    {
      all: [`${nightly}, manualSync: true`, 'kind: allow, schedule: "0 3 * * *", duration: 1h'],
      manual: false,
    },
    {
      all: [`${nightly}, manualSync: true`, 'kind: deny, schedule: "0 0 * * *", duration: 24h'],
      manual: false,
    },
    { all: [nightly, 'kind: deny, schedule: "0 0 * * *", duration: 24h, manualSync: true'], manual: true },
  ])('of a person outside of $all: $manual', ({ all, manual }) => {
    expect(windowState(top(...all), shop, new Date('2026-05-01T12:00:00Z'))).toMatchObject({
      isOpen: false,
      manual,
    })
  })

  test('that is denied for ever has no time to wait for', () => {
    const always = 'kind: deny, schedule: "0 * * * *", duration: 2h'
    expect(windowState(top(always), shop, new Date('2026-05-01T12:00:00Z'))).toMatchObject({
      isOpen: false,
      until: null,
    })
  })

  test('goes with the windows of its environment', () => {
    const own = windows(`environments:\n  - name: prod\n    syncWindows: [{ ${nightly} }]\n`)
    const noon = new Date('2026-05-01T12:00:00Z')
    expect(windowState(own, shop, noon).isOpen).toBe(false)
    const dev = { ...shop, destination: { ...shop.destination, cluster: 'dev' } }
    expect(windowState(own, dev, noon)).toEqual({ isOpen: true })
  })
})

test.each([
  { what: 'a schedule of four fields', entry: 'kind: allow, schedule: "0 22 * *", duration: 8h' },
  { what: 'an hour that there is not', entry: 'kind: allow, schedule: "0 25 * * *", duration: 8h' },
  { what: 'a time zone that there is not', entry: `${nightly}, timeZone: Mars/Olympus` },
  { what: 'a duration that is none', entry: 'kind: allow, schedule: "0 22 * * *", duration: long' },
  { what: 'another kind', entry: 'kind: maybe, schedule: "0 22 * * *", duration: 8h' },
])('$what is a problem of .plumbline.yaml', ({ entry }) => {
  const { problems } = parseSettings(`version: 1\nsyncWindows: [{ ${entry} }]\n`)
  expect(problems.length).toBeGreaterThan(0)
})
