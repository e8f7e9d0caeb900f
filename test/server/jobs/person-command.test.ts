import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { personCommand } from '../../../src/server/jobs/person-command.ts'

const misused = { kind: 'misused', usage: expect.stringMatching(/^\/plumbline [a-z]+/) }
const unknown = { kind: 'unknown', meant: null }

test.each([
  { said: '/plumbline', command: { kind: 'help' } },
  { said: '/plumbline help', command: { kind: 'help' } },
  { said: '/plumbline plan', command: { kind: 'plan', application: null } },
  { said: '/plumbline plan shop@dev', command: { kind: 'plan', application: 'shop@dev' } },
  { said: '/plumbline plan shop other', command: misused },
  { said: '/plumbline approve', command: { kind: 'approve', environment: null, at: null } },
  { said: '/plumbline approve prod', command: { kind: 'approve', environment: 'prod', at: null } },
  {
    said: '/plumbline approve prod at 3f2a9c1',
    command: { kind: 'approve', environment: 'prod', at: '3f2a9c1' },
  },
  { said: '/plumbline approve at 3f2a9c1', command: { kind: 'approve', environment: null, at: '3f2a9c1' } },
  { said: '/plumbline approve at 3f', command: misused },
  { said: '/plumbline approve prod dev', command: misused },
  { said: '/plumbline approve --all', command: misused },
  { said: '/plumbline unlock', command: { kind: 'unlock' } },
  { said: '/plumbline unlock #12', command: misused },
  { said: '/plumbline rollback', command: { kind: 'rollback', application: null, to: null } },
  { said: '/plumbline rollback shop', command: { kind: 'rollback', application: 'shop', to: null } },
  { said: '/plumbline rollback to 4f2a9c1', command: { kind: 'rollback', application: null, to: '4f2a9c1' } },
  { said: '/Plumbline Rollback shop TO 3  ', command: { kind: 'rollback', application: 'shop', to: '3' } },
  { said: '/plumbline rollback to', command: misused },
  { said: '/plumbline rollback shop other', command: misused },
  { said: '/plumbline rollback to 3 please', command: misused },
  {
    said: '/plumbline sync shop\nand thanks',
    command: { kind: 'sync', application: 'shop', confirmPrune: false },
  },
  {
    said: '/plumbline sync --confirm-prune shop',
    command: { kind: 'sync', application: 'shop', confirmPrune: true },
  },
  { said: '/plumbline sync --force shop', command: misused },
  { said: '/plumbline revert shop', command: misused },
  { said: '/plumbline revert', command: { kind: 'revert', object: null } },
  { said: '/plumbline adopt Deployment/web', command: { kind: 'adopt', object: 'Deployment/web' } },
  {
    said: '/plumbline ignore deployment/shop/web',
    command: { kind: 'ignore', object: 'deployment/shop/web' },
  },
  { said: '/plumbline ignore Deployment/web please', command: misused },
  { said: '/plumbline adopt ../web', command: misused },
  { said: '/plumbline aprove prod', command: { kind: 'unknown', meant: 'approve' } },
  { said: '/plumbline rolback', command: { kind: 'unknown', meant: 'rollback' } },
  { said: '/plumbline deploy', command: unknown },
  { said: '/plumbline constructor', command: unknown },
])('$said', ({ said, command }) => {
  expect(personCommand(said)).toEqual(command)
})

describe('what is no command', () => {
  test.each([
    ['words before it', 'please /plumbline sync'],
    ['a quote', '> /plumbline sync'],
    ['a code span', '`/plumbline sync`'],
    ['a code fence', '```\n/plumbline sync\n```'],
    ['code by indentation', '    /plumbline sync'],
    ['a list', '- /plumbline sync'],
    ['the second line', 'Well.\n/plumbline sync'],
    ['the second line, the first being empty', '\n/plumbline sync'],
    ['the second line, ended as Windows does', '\r\n/plumbline sync'],
    ['a longer word', '/plumblines sync'],
    ['a path', '/plumbline/sync'],
    ['an HTML comment', '<!-- x -->/plumbline sync'],
    ['a no-break space in place of a space', '/plumbline\u00a0sync'],
    ['a look-alike of a letter', '/plumbl\u0456ne sync'],
    ['a full-width slash', '\uff0fplumbline sync'],
    ['a zero-width space', '\u200b/plumbline sync'],
    ['a right-to-left override', '\u202e/plumbline sync'],
  ])('%s', (_, said) => {
    expect(personCommand(said)).toBeNull()
  })

  test.each([
    ['the Kelvin sign', '/plumbline rollbac\u212a'],
    ['a Cyrillic letter', '/plumbline s\u0443nc'],
    ['a zero-width joiner', '/plumbline sy\u200dnc'],
    ['a no-break space behind it', '/plumbline sync\u00a0shop'],
  ])('a command with %s', (_, said) => {
    expect(personCommand(said)).toMatchObject({ kind: 'unknown' })
  })
})

describe('however it is written', () => {
  test.each(['/PLUMBLINE SYNC', '/plumbline\tsync', '/plumbline  sync \t', '/plumbline sync\r\nThanks.\r\n'])(
    '%j is the command',
    said => {
      expect(personCommand(said)).toEqual({ kind: 'sync', application: null, confirmPrune: false })
    },
  )

  test('a comment of 65,536 characters is read in no time', () => {
    const rest = 65_536 - '/plumbline '.length
    for (const filling of [' ', 'x', 'x ', '\t', '@']) {
      const said = `/plumbline ${filling.repeat(rest)}`.slice(0, 65_536)
      const before = performance.now()
      expect(personCommand(said)?.kind).toBe('unknown')
      expect(performance.now() - before).toBeLessThan(100)
    }
  })

  test('no text makes it throw, and only a first line that begins so is a command', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), text => {
        const isMeant = /^\/plumbline(?![^ \t\r\n])/i.test(text)
        expect(personCommand(text) !== null).toBe(isMeant)
        expect(personCommand(`/plumbline ${text}`)).not.toBeNull()
      }),
    )
  })
})
