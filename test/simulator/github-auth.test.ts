import { SignJWT, importPKCS8 } from 'jose'
import { createPrivateKey } from 'node:crypto'
import { ProbotOctokit } from 'probot'
import { expect, test } from 'vitest'
import { type Scene, shop, startScene } from './simulator-fixture.ts'

async function withToken(scene: Scene, permissions: Record<string, 'read' | 'write'>) {
  const installation_id = scene.installation.id
  const token = await scene.appOctokit.rest.apps.createInstallationAccessToken({
    installation_id,
    permissions,
  })
  return new ProbotOctokit({
    baseUrl: scene.simulator.apiUrl,
    throttle: { enabled: false },
    retry: { enabled: false },
    authStrategy: undefined,
    auth: token.data.token,
  })
}

const call = (scene: Scene, path: string, authorization?: string): Promise<Response> =>
  fetch(`${scene.simulator.apiUrl}${path}`, { headers: authorization === undefined ? {} : { authorization } })

test('an expired or unknown token is refused with 401', async () => {
  let now = new Date('2026-03-01T12:00:00Z')
  await using scene = await startScene({ now: () => now })
  const installation_id = scene.installation.id
  const key = await importPKCS8(privateKey(scene), 'RS256')
  const jwt = await new SignJWT({ iss: String(scene.simulator.app.id) })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + 540_000))
    .sign(key)
  const path = `/app/installations/${installation_id}/access_tokens`
  const answer = await fetch(`${scene.simulator.apiUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${jwt}` },
  })
  const { token, expires_at } = (await answer.json()) as { token: string; expires_at: string }
  expect(expires_at).toBe('2026-03-01T13:00:00Z')
  expect((await call(scene, '/repos/ada/shop', `token ${token}`)).status).toBe(200)
  now = new Date('2026-03-01T13:00:01Z')
  expect((await call(scene, '/repos/ada/shop', `token ${token}`)).status).toBe(401)
  expect((await call(scene, '/repos/ada/shop', 'token ghs_unknown')).status).toBe(401)
  expect((await call(scene, '/app', `Bearer ${jwt}`)).status).toBe(401)
})

const privateKey = (scene: Scene): string =>
  createPrivateKey(scene.simulator.app.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()

test.each([
  { what: 'lives longer than ten minutes', issuer: 'id', life: 3600, words: /too far in the future/ },
  { what: 'is of another app', issuer: 'other', life: 300, words: /Integration not found/ },
  { what: 'names the client id', issuer: 'client', life: 300, words: undefined },
])("an app's JWT that $what is judged as GitHub does", async ({ issuer, life, words }) => {
  await using scene = await startScene()
  const { app } = scene.simulator
  const issuers = { id: String(app.id), client: app.clientId, other: '1' } as const
  const jwt = await new SignJWT({ iss: issuers[issuer as keyof typeof issuers] })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + life)
    .sign(await importPKCS8(privateKey(scene), 'RS256'))
  const answer = await call(scene, '/app', `Bearer ${jwt}`)
  expect(answer.status).toBe(words ? 401 : 200)
  if (words) expect(await answer.text()).toMatch(words)
})

test('a token without the permission gets 403, and is told what would do', async () => {
  await using scene = await startScene()
  const reader = await withToken(scene, { issues: 'read' })
  expect((await reader.rest.issues.listForRepo(shop)).data).toEqual([])
  await expect(reader.rest.issues.create({ ...shop, title: 'No' })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Resource not accessible by integration'),
    response: { headers: { 'x-accepted-github-permissions': 'issues=write' } },
  })
  await expect(reader.rest.checks.listForRef({ ...shop, ref: 'main' })).rejects.toMatchObject({ status: 403 })
  await expect(withToken(scene, { administration: 'write' })).rejects.toMatchObject({ status: 422 })
})

test('a token does not see repositories outside of it', async () => {
  await using scene = await startScene()
  const { simulator, ada, octokit } = scene
  await simulator.createRepository({ owner: ada, name: 'diary' })
  const other = { owner: 'ada', repo: 'diary' }
  await expect(octokit.rest.repos.get(other)).rejects.toMatchObject({ status: 404 })
  const installation_id = scene.installation.id
  const narrowed = scene.appOctokit.rest.apps.createInstallationAccessToken({
    installation_id,
    repositories: ['diary'],
  })
  await expect(narrowed).rejects.toMatchObject({ status: 422 })
  expect((await call(scene, '/repos/ada/shop')).status).toBe(404)
})
