import { ProbotOctokit } from 'probot'
import { expect, test } from 'vitest'
import { manifest, newAppCode, type Scene, startScene } from './simulator-fixture.ts'

const post = (scene: Scene, path: string, fields: Record<string, string>, headers = {}) =>
  fetch(`${scene.simulator.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  })

const convert = (scene: Scene, code: string) => {
  const octokit = new ProbotOctokit({ baseUrl: scene.simulator.apiUrl })
  return octokit.rest.apps.createFromManifest({ code, request: { retries: 0 } })
}

test('any site may ask for an app, and nothing happens until a person presses the button', async () => {
  await using scene = await startScene()
  const before = scene.simulator.app.id
  const fields = { manifest: JSON.stringify(manifest) }
  const asked = await post(scene, '/settings/apps/new?state=abc', fields, { origin: 'null' })
  const page = await asked.text()
  expect(page).toContain('Create GitHub App for ada')
  expect(page).toContain('pull_requests: write')
  expect(asked.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:9")
  const forged = await post(scene, '/settings/apps', fields, { origin: 'http://evil.example' })
  expect(forged.status).toBe(403)
  expect(scene.simulator.app.id).toBe(before)
})

test('the button leads back with the state, and with a code that is good once', async () => {
  await using scene = await startScene()
  const fields = { manifest: JSON.stringify(manifest), name: 'Ada’s Bot', state: 'a b' }
  const { headers } = await post(scene, '/settings/apps', fields)
  const back = new URL(headers.get('location') ?? '')
  expect(`${back.origin}${back.pathname}`).toBe(manifest.redirect_url)
  expect(back.searchParams.get('state')).toBe('a b')
  const code = back.searchParams.get('code') ?? ''
  const { data } = await convert(scene, code)
  expect(data).toMatchObject({ name: 'Ada’s Bot', slug: 'ada-s-bot', id: scene.simulator.app.id })
  await expect(convert(scene, code)).rejects.toMatchObject({ status: 404 })
  expect(scene.simulator.violations).toEqual([])
})

test('a code is good for an hour', async () => {
  let now = new Date()
  await using scene = await startScene({ now: () => now })
  const code = await newAppCode(scene.simulator)
  now = new Date(now.getTime() + 3600_000)
  await expect(convert(scene, code)).rejects.toMatchObject({ status: 404 })
})

test('the new app is in place of the old one, whose key and tokens are good no more', async () => {
  await using scene = await startScene()
  const { token } = (await scene.octokit.auth({ type: 'installation' })) as { readonly token: string }
  const read = () =>
    fetch(`${scene.simulator.apiUrl}/repos/ada/shop`, { headers: { authorization: `token ${token}` } })
  expect((await read()).status).toBe(200)
  await newAppCode(scene.simulator)
  expect((await read()).status).toBe(401)
  await expect(scene.appOctokit.rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 })
})

test.each([
  ['an event that its permissions do not cover', { default_events: ['push'] }],
  ['a permission that there is not', { default_permissions: { pull_request: 'write' } }],
  ['no address to lead back to', { redirect_url: undefined }],
  ['an address to lead back to that is no web address', { redirect_url: 'data:text/html,x' }],
  ['too long a name', { name: 'x'.repeat(35) }],
])('a manifest with %s is refused', async (_, changes) => {
  await using scene = await startScene()
  const answer = await post(scene, '/settings/apps/new', {
    manifest: JSON.stringify({ ...manifest, ...changes }),
  })
  expect(answer.status).toBe(422)
})

test('an organization has apps of its own, a person has none of another name', async () => {
  await using scene = await startScene()
  scene.simulator.createUser('acme', { type: 'Organization' })
  const fields = { manifest: JSON.stringify(manifest) }
  const page = await (await post(scene, '/organizations/acme/settings/apps/new', fields)).text()
  expect(page).toContain('Create GitHub App for acme')
  expect((await post(scene, '/organizations/ada/settings/apps/new', fields)).status).toBe(404)
})

test('a private app can be installed by its owner only', async () => {
  await using scene = await startScene()
  const acme = scene.simulator.createUser('acme', { type: 'Organization' })
  await scene.simulator.createRepository({ owner: acme, name: 'tools' })
  await newAppCode(scene.simulator)
  const page = await fetch(`${scene.simulator.url}/apps/shop-bot/installations/new`)
  expect(await page.text()).not.toContain('Install on acme')
  const fields = { account: 'acme', repository: 'tools' }
  expect((await post(scene, '/apps/shop-bot/installations', fields)).status).toBe(422)
})

test('a person installs the app on the repositories that are ticked', async () => {
  await using scene = await startScene()
  await newAppCode(scene.simulator, { hook_attributes: { url: scene.receiver.url } })
  const page = await fetch(`${scene.simulator.url}/apps/shop-bot/installations/new`)
  expect(await page.text()).toContain('Install on ada')
  await post(scene, '/apps/shop-bot/installations', { account: 'ada', repository: 'shop' })
  await scene.simulator.settled()
  expect(scene.receiver.names()).toEqual(expect.arrayContaining(['ping', 'installation.created']))
})
