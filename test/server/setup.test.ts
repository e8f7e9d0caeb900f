import { createHmac, randomUUID } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GitHubSimulator, startGitHubSimulator } from '../simulator/start-github-simulator.ts'
import { openBrowser, startUnconfiguredServer, type UnconfiguredServer } from './setup/unconfigured-server.ts'

let github: GitHubSimulator
let server: UnconfiguredServer

async function begin(): Promise<void> {
  github = await startGitHubSimulator()
  const ada = github.createUser('ada')
  github.createUser('acme', { type: 'Organization' })
  await github.createRepository({ owner: ada, name: 'shop' })
  server = await startUnconfiguredServer(github)
}

async function end(): Promise<void> {
  await server.stop()
  await github.stop()
}

/** A browser that opened the newest link of the log. */
async function invited() {
  const browser = openBrowser()
  const entered = await browser.get(await server.link())
  expect([entered.status, entered.headers.get('location')]).toEqual([303, '/setup'])
  return browser
}

/** As far as GitHub leads: the address of the callback, not yet opened. */
async function createdOnGitHub(browser: ReturnType<typeof openBrowser>, query = ''): Promise<string> {
  const start = await browser.get(`${server.url}/setup${query}`)
  const asked = await browser.send(start, server.url)
  const answer = await browser.send(asked, github.url)
  return answer.headers.get('location') ?? ''
}

const statusOf = async (path: string) => (await fetch(`${server.url}${path}`, { redirect: 'manual' })).status

function webhook(secret: string): Promise<Response> {
  const body = JSON.stringify({ zen: 'Design for failure.' })
  return fetch(`${server.url}/api/github/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'x-github-event': 'ping',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
  })
}

describe('a person with the link from the log', () => {
  const old = { webhookSecret: '' }
  beforeAll(async () => {
    await begin()
    old.webhookSecret = github.app.webhookSecret
  })
  afterAll(end)

  test('creates the App and installs it, and the server works as it without a restart', async () => {
    expect((await webhook(old.webhookSecret)).status).toBe(404)
    const browser = await invited()
    const callback = await createdOnGitHub(browser)
    expect(callback).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/setup\/callback\?code=\w+&state=[\w-]{43}$/)
    expect((await browser.get(callback)).headers.get('location')).toBe('/setup/done')
    const done = await (await browser.get(`${server.url}/setup/done`)).text()
    expect(done).toContain('Plumbline is ready')
    expect(done).toContain(`href="${github.url}/apps/plumbline/installations/new"`)

    const installation = new URLSearchParams({ account: 'ada', repository: 'shop' })
    await fetch(`${github.url}/apps/plumbline/installations`, { method: 'POST', body: installation })
    await github.settled()
    expect(github.deliveries.at(-1)).toMatchObject({ event: 'installation', statusCode: 202 })
    expect(github.violations).toEqual([])
  })

  test('gets the App of app.yml', () => {
    expect(github.app).toMatchObject({
      name: 'Plumbline',
      permissions: { metadata: 'read', contents: 'write', pull_requests: 'write', checks: 'write' },
      events: expect.arrayContaining(['pull_request', 'push', 'issue_comment']),
    })
  })

  test('has the credentials in a file that only the server reads, and nowhere else', async () => {
    const file = join(server.dataFolder, 'github-app.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      id: github.app.id,
      slug: 'plumbline',
      webhookSecret: github.app.webhookSecret,
      privateKey: github.app.privateKey,
      clientSecret: github.app.clientSecret,
    })
    expect(await readdir(server.dataFolder)).not.toContainEqual(expect.stringMatching(/^github-app\.json\./))
    const log = await server.log()
    const { privateKey, clientSecret, webhookSecret } = github.app
    for (const secret of [clientSecret, webhookSecret, privateKey.split('\n')[1]!, 'conversions']) {
      expect(log).not.toContain(secret)
    }
  })

  test('leaves no setup for anybody else', async () => {
    expect(await statusOf('/setup')).toBe(404)
    expect(await statusOf('/setup/done')).toBe(404)
    expect(await statusOf('/setup/callback?code=abc&state=def')).toBe(404)
  })

  test('finds the App in use after a restart, and no setup', async () => {
    await server.restart()
    expect((await webhook(github.app.webhookSecret)).status).toBe(202)
    expect(await statusOf('/setup')).toBe(404)
  })

  test('may give another one by the environment, which wins', async () => {
    await server.restart({ APP_ID: '7', PRIVATE_KEY: github.app.privateKey, WEBHOOK_SECRET: 'of another' })
    expect((await webhook(github.app.webhookSecret)).status).toBe(401)
    expect((await webhook('of another')).status).toBe(202)
    expect(await statusOf('/setup')).toBe(404)
  })
})

describe('a server without an App', () => {
  beforeAll(begin)
  afterAll(end)

  test.each(['/setup', '/setup?token=', '/setup?token=wrong', '/setup/done'])(
    'tells nothing at %s to whoever has no link',
    async path => {
      const response = await fetch(`${server.url}${path}`)
      expect(response.status).toBe(403)
      expect(await response.text()).not.toContain('manifest')
    },
  )

  test('takes a link once, and logs another for another browser', async () => {
    const link = await server.link()
    expect((await fetch(link, { method: 'HEAD' })).status).toBe(405)
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(303)
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(403)
    expect((await fetch(await server.link(), { redirect: 'manual' })).status).toBe(303)
  })

  test('sends pages that are not kept, that no address leaks from, and whose forms lead to GitHub only', async () => {
    const browser = await invited()
    const { headers } = await browser.get(`${server.url}/setup`)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`form-action 'self' ${github.url}`)
  })

  test('asks in the name of an organisation', async () => {
    const browser = await invited()
    const page = await (await browser.get(`${server.url}/setup?organisation=acme`)).text()
    expect(page).toContain(`action="${github.url}/organizations/acme/settings/apps/new?state=`)
    expect((await browser.get(`${server.url}/setup?organisation=a/../b`)).status).toBe(400)
  })

  test.each([
    ['no state', 'code=abc', 403],
    ['a state that nobody was given', `code=abc&state=${'x'.repeat(43)}`, 403],
    ['no code', 'state=abc', 400],
    ['a code that would be another address', 'code=..%2Fuser&state=abc', 400],
    ['too much', `code=${'a'.repeat(3000)}&state=abc`, 414],
  ])('refuses a callback with %s', async (_, query, status) => {
    expect(await statusOf(`/setup/callback?${query}`)).toBe(status)
    expect(github.requests).toEqual([])
  })

  test('takes no body', async () => {
    const response = await fetch(`${server.url}/setup`, { method: 'POST', body: 'x'.repeat(100_000) })
    expect(response.status).toBe(405)
  })

  test('takes a state once, whatever came of it', async () => {
    const browser = await invited()
    const callback = new URL(await createdOnGitHub(browser))
    const good = callback.searchParams.get('code') ?? ''
    callback.searchParams.set('code', 'unknown')
    const refused = await browser.get(callback.href)
    expect(refused.status).toBe(502)
    expect(await refused.text()).toContain('GitHub does not give the credentials')
    callback.searchParams.set('code', good)
    expect((await browser.get(callback.href)).status).toBe(403)
    expect(await server.log()).not.toMatch(new RegExp(`${good}|${callback.searchParams.get('state')}`))
  })

  test('gets nothing for a code that was used before', async () => {
    const browser = await invited()
    const callback = await createdOnGitHub(browser)
    const code = new URL(callback).searchParams.get('code')
    const stolen = await fetch(`${github.apiUrl}/app-manifests/${code}/conversions`, { method: 'POST' })
    expect(stolen.status).toBe(201)
    expect((await browser.get(callback)).status).toBe(502)
    expect(await statusOf('/setup')).toBe(403)
  })

  test('tries again when GitHub did not answer, at the same address', async () => {
    const browser = await invited()
    const callback = await createdOnGitHub(browser, '?organisation=acme')
    github.faults.onOperation('apps/create-from-manifest', { kind: 'before', status: 503 })
    const first = await browser.get(callback)
    expect([first.status, await first.text()]).toEqual([503, expect.stringContaining('Reload this page')])
    const [one, two] = await Promise.all([browser.get(callback), browser.get(callback)])
    expect([one.status, two.status]).toContain(303)
    expect(github.app.owner.login).toBe('acme')
    expect((await browser.get(callback)).headers.get('location')).toBe('/setup/done')
    expect(await statusOf(new URL(callback).pathname)).toBe(404)
  })
})
