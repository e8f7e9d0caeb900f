import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { GitHubSimulator } from './start-github-simulator.ts'
import { type Scene, startScene } from './simulator-fixture.ts'

const callback = 'http://127.0.0.1:9/sign-in/callback'
const verifier = 'a'.repeat(43)

function authorizeQuery({ app }: GitHubSimulator): Record<string, string> {
  return {
    client_id: app.clientId,
    redirect_uri: callback,
    state: 'of this browser',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
}

const address = (simulator: GitHubSimulator, changes: Record<string, string> = {}): string =>
  `${simulator.url}/login/oauth/authorize?${new URLSearchParams({ ...authorizeQuery(simulator), ...changes }).toString()}`

function press(simulator: GitHubSimulator, answer: 'yes' | 'no', user = 'ada'): Promise<Response> {
  const body = new URLSearchParams({ ...authorizeQuery(simulator), user, answer })
  return fetch(`${simulator.url}/login/oauth/authorize`, { method: 'POST', body, redirect: 'manual' })
}

async function codeOf(simulator: GitHubSimulator): Promise<string> {
  const { headers } = await press(simulator, 'yes')
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''
}

async function exchange({ app, url }: GitHubSimulator, fields: Record<string, string>) {
  const all = { client_id: app.clientId, client_secret: app.clientSecret, ...fields }
  const answer = await fetch(`${url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(all),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function signedInScene(options: Parameters<typeof startScene>[0] = {}): Promise<Scene> {
  const scene = await startScene(options)
  scene.simulator.setCallbackUrls([callback])
  return scene
}

test('a person says who they are, and is led back with a code that becomes a token, once', async () => {
  await using scene = await signedInScene()
  const { simulator } = scene
  const page = await (await fetch(address(simulator))).text()
  expect(page).toContain('Authorize Plumbline')
  const { status, headers } = await press(simulator, 'yes')
  expect(status).toBe(302)
  const back = new URL(headers.get('location') ?? '')
  expect(`${back.origin}${back.pathname}`).toBe(callback)
  expect(back.searchParams.get('state')).toBe('of this browser')
  const code = back.searchParams.get('code') ?? ''
  const { status: answered, body } = await exchange(simulator, { code, code_verifier: verifier })
  expect(answered).toBe(200)
  expect(body).toMatchObject({
    access_token: expect.stringMatching(/^ghu_/) as string,
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/) as string,
    refresh_token_expires_in: 15_897_600,
    scope: '',
    token_type: 'bearer',
  })
  const user = await fetch(`${simulator.apiUrl}/user`, {
    headers: { authorization: `Bearer ${String(body.access_token)}` },
  })
  expect(await user.json()).toMatchObject({ login: 'ada', id: scene.ada.id })
  expect((await exchange(simulator, { code, code_verifier: verifier })).body.error).toBe(
    'bad_verification_code',
  )
  expect(simulator.violations).toEqual([])
})

test.each([
  ['a wrong verifier', { code_verifier: 'b'.repeat(43) }, 'bad_verification_code'],
  ['no verifier', {}, 'bad_verification_code'],
  ['a wrong secret', { client_secret: 'x', code_verifier: verifier }, 'incorrect_client_credentials'],
  ['another address', { redirect_uri: `${callback}/x`, code_verifier: verifier }, 'redirect_uri_mismatch'],
])('with %s a code gives an error, with status 200', async (_, fields, error) => {
  await using scene = await signedInScene()
  const code = await codeOf(scene.simulator)
  expect(await exchange(scene.simulator, { code, ...fields })).toMatchObject({ status: 200, body: { error } })
})

test('a code is good for ten minutes, a token for eight hours', async () => {
  let now = new Date()
  await using scene = await signedInScene({ now: () => now })
  const { simulator } = scene
  const late = await codeOf(simulator)
  now = new Date(now.getTime() + 600_000)
  const fields = { code_verifier: verifier }
  expect((await exchange(simulator, { code: late, ...fields })).body.error).toBe('bad_verification_code')
  const { body } = await exchange(simulator, { code: await codeOf(simulator), ...fields })
  now = new Date(now.getTime() + 28_800_000)
  const headers = { authorization: `Bearer ${String(body.access_token)}` }
  expect((await fetch(`${simulator.apiUrl}/user`, { headers })).status).toBe(401)
  const renewed = await exchange(simulator, {
    grant_type: 'refresh_token',
    refresh_token: String(body.refresh_token),
  })
  const again = { authorization: `Bearer ${String(renewed.body.access_token)}` }
  expect((await fetch(`${simulator.apiUrl}/user`, { headers: again })).status).toBe(200)
})

test('a token reaches what both the person and the app reach', async () => {
  await using scene = await signedInScene()
  const { simulator, ada } = scene
  await simulator.createRepository({ owner: ada, name: 'diary', private: true })
  const { body } = await exchange(simulator, { code: await codeOf(simulator), code_verifier: verifier })
  const read = async (name: string) =>
    (
      await fetch(`${simulator.apiUrl}/repos/ada/${name}`, {
        headers: { authorization: `Bearer ${String(body.access_token)}` },
      })
    ).status
  expect([await read('shop'), await read('diary')]).toEqual([200, 404])
})

test('a person may decline', async () => {
  await using scene = await signedInScene()
  const { headers } = await press(scene.simulator, 'no')
  const { searchParams } = new URL(headers.get('location') ?? '')
  expect(searchParams.get('error')).toBe('access_denied')
  expect(searchParams.get('state')).toBe('of this browser')
})

test.each([
  ['an app that there is not', { client_id: 'x' }],
  ['an address that is not registered', { redirect_uri: 'https://evil.example/sign-in/callback' }],
  ['an address beside the registered one', { redirect_uri: 'http://127.0.0.1:9/sign-in/callbackx' }],
  ['plain PKCE', { code_challenge_method: 'plain' }],
])('nobody is asked for %s', async (_, changes) => {
  await using scene = await signedInScene()
  const answer = await fetch(address(scene.simulator, changes), { redirect: 'manual' })
  expect(answer.status).toBe(404)
})

test('who has authorised the app before is led on at once', async () => {
  await using scene = await signedInScene()
  const { simulator } = scene
  const first = await press(simulator, 'yes')
  const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
  const again = await fetch(address(simulator), { redirect: 'manual', headers: { cookie } })
  expect(again.status).toBe(302)
})
