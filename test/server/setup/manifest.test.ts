import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parseAppDraft } from '../../../src/server/setup/app-draft.ts'
import { isLogin, isOutOfReach, manifestOf, newAppUrl } from '../../../src/server/setup/manifest.ts'

const draft = parseAppDraft(await readFile(new URL('../../../app.yml', import.meta.url), 'utf8'))

test('app.yml says of everything that it asks for what it is for', () => {
  expect([...draft.permissions, ...draft.events].filter(it => it.why === '')).toEqual([])
  expect(draft.permissions[0]).toMatchObject({ name: 'metadata', access: 'read' })
  expect(draft.events.find(it => it.name === 'push')?.why).toContain('The branch moved')
})

test('the manifest has what GitHub asks for', () => {
  expect(manifestOf(draft, 'https://plumbline.example.com')).toMatchObject({
    name: 'Plumbline',
    public: false,
    hook_attributes: { url: 'https://plumbline.example.com/api/github/webhooks' },
    redirect_url: 'https://plumbline.example.com/setup/callback',
    default_permissions: { contents: 'write', checks: 'write' },
  })
})

test('an App is created for oneself, or for an organisation', () => {
  expect(newAppUrl('https://github.com', null, 'a b')).toBe(
    'https://github.com/settings/apps/new?state=a%20b',
  )
  expect(newAppUrl('https://ghe.acme.com', 'acme', 's')).toBe(
    'https://ghe.acme.com/organizations/acme/settings/apps/new?state=s',
  )
})

test.each([
  ['http://127.0.0.1:3000', true],
  ['http://[::1]:3000', true],
  ['http://localhost:3000', true],
  ['http://plumbline', true],
  ['http://10.1.2.3', true],
  ['http://0.0.0.0:3000', true],
  ['https://plumbline.example.com', false],
  ['https://203.0.113.7', false],
])('whether github.com cannot reach %s: %s', (publicUrl, expected) => {
  expect(isOutOfReach(publicUrl, 'https://github.com')).toBe(expected)
  expect(isOutOfReach(publicUrl, 'https://ghe.acme.com')).toBe(false)
})

test.each([
  ['acme', true],
  ['acme-corp_x', true],
  ['-acme', false],
  ['a/b', false],
  ['a'.repeat(40), false],
  ['', false],
])('whether "%s" may be a login: %s', (text, expected) => {
  expect(isLogin(text)).toBe(expected)
})
