import { createHmac } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { emptied } from './databases.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  // GitHub tells of the new installation, and is not what is looked at here.
  await world.github.settled()
})
beforeEach(() => emptied(world.store))
afterAll(() => world.stop())

const payload = JSON.stringify({
  ref: 'refs/heads/topic',
  before: '0'.repeat(40),
  after: 'a'.repeat(40),
  deleted: false,
  repository: { full_name: 'acme/none', clone_url: 'http://127.0.0.1:1/acme/none.git' },
})

function deliver(options: { id?: string; body?: string; signature?: string; event?: string } = {}) {
  const body = options.body ?? payload
  const hmac = createHmac('sha256', world.github.app.webhookSecret).update(body).digest('hex')
  return fetch(`${world.server.url}/api/github/webhooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': options.id ?? 'delivery-1',
      'x-github-event': options.event ?? 'push',
      'x-hub-signature-256': options.signature ?? `sha256=${hmac}`,
    },
    body,
  })
}

const taken = () => world.store.sql.selectFrom('deliveries').selectAll().execute()

describe('a webhook', () => {
  test('is taken in', async () => {
    expect((await deliver()).status).toBe(202)
    expect(await taken()).toMatchObject([{ id: 'delivery-1', event: 'push' }])
  })

  test('that is delivered again is taken in once', async () => {
    const answers = await Promise.all([deliver(), deliver(), deliver()])
    expect(answers.map(it => it.status)).toEqual([202, 202, 202])
    expect(await taken()).toHaveLength(1)
    const queued = world.log.filter(line => line.includes('"kind":"queued"') && line.includes('delivery-1'))
    expect(queued.length).toBeGreaterThan(0)
  })

  test('with a wrong signature is refused, and nothing of it is kept', async () => {
    const response = await deliver({ signature: `sha256=${'0'.repeat(64)}` })
    expect(response.status).toBe(401)
    expect(await taken()).toEqual([])
  })

  test('that was changed on its way is refused', async () => {
    const hmac = createHmac('sha256', world.github.app.webhookSecret).update(payload).digest('hex')
    const response = await deliver({ body: `${payload} `, signature: `sha256=${hmac}` })
    expect(response.status).toBe(401)
  })

  test.each([
    { what: 'no signature', drop: 'x-hub-signature-256', status: 401 },
    { what: 'no delivery id', drop: 'x-github-delivery', status: 400 },
    { what: 'no event', drop: 'x-github-event', status: 400 },
  ])('with $what is refused', async ({ drop, status }) => {
    const headers: Record<string, string> = {
      'x-github-delivery': 'd',
      'x-github-event': 'push',
      'x-hub-signature-256': 'sha256=00',
    }
    delete headers[drop]
    const response = await fetch(`${world.server.url}/api/github/webhooks`, {
      method: 'POST',
      headers,
      body: payload,
    })
    expect(response.status).toBe(status)
  })

  test('that says it is too large is refused before it is read', async () => {
    expect(await sendHeadersOnly(26 * 1024 * 1024)).toBe(413)
  })

  test('that turns out too large is refused without keeping it', async () => {
    expect([413, 'cut off']).toContain(await sendEndlessly())
    expect(await taken()).toEqual([])
  })

  test('whose payload is not what its event promises says nothing about our insides', async () => {
    const response = await deliver({ body: '{"action":"opened"}', event: 'pull_request' })
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('it could not be taken in: deliver it again\n')
    expect(await taken()).toEqual([])
  })

  test('that we have no use for is accepted and forgotten', async () => {
    expect((await deliver({ event: 'star', body: '{"action":"created"}' })).status).toBe(202)
    expect(await taken()).toEqual([])
  })
})

test('health, readiness, our page, and nothing else', async () => {
  const get = async (path: string) => (await fetch(`${world.server.url}${path}`)).status
  expect(await get('/healthz')).toBe(200)
  expect(await get('/readyz')).toBe(200)
  expect(await get('/')).toBe(200)
  expect(await get('/plans/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).toBe(404)
  expect(await get('/nothing')).toBe(404)
  expect(await get('/api/github/webhooks')).toBe(405)
})

function options(headers: Record<string, string | number>) {
  const { hostname, port } = new URL(world.server.url)
  return {
    hostname,
    port,
    path: '/api/github/webhooks',
    method: 'POST',
    headers: {
      'x-github-delivery': 'd',
      'x-github-event': 'push',
      'x-hub-signature-256': 'sha256=00',
      ...headers,
    },
  }
}

function sendHeadersOnly(length: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(options({ 'content-length': length }), response => {
      resolve(response.statusCode)
      request.destroy()
    })
    request.on('error', reject)
    request.flushHeaders()
  })
}

/** The server ends the connection while we are still writing, so that its answer may not reach us any more. */
function sendEndlessly(): Promise<number | 'cut off' | undefined> {
  return new Promise(resolve => {
    let answered = false
    const request = httpRequest(options({ 'transfer-encoding': 'chunked' }), response => {
      answered = true
      resolve(response.statusCode)
      request.destroy()
    })
    request.on('error', () => resolve('cut off'))
    const chunk = Buffer.alloc(1024 * 1024)
    let left = 40
    const write = (): void => {
      if (answered) return
      while (left-- > 0) {
        if (!request.write(chunk)) return void request.once('drain', write)
      }
    }
    write()
  })
}
