import { describe, expect, test } from 'vitest'
import type { ApplicationPage } from '../../../src/server/web/application-page.ts'
import { change, field, planned, view } from '../report/views.ts'
import { planId, servePages } from './serve.ts'

const hostile = view({
  baseRef: '<b>main</b>',
  applications: [
    planned({
      application: '<script>alert(1)</script>',
      changes: [
        change({
          id: '/ConfigMap/ns/"><img src=x onerror=alert(1)>',
          diff: ' data:\n-  a: <script>alert(2)</script>\n+  a: </td><script>alert(3)</script>',
          note: '<script>alert(4)</script>',
          risks: [{ code: 'x', severity: 'high', message: '<script>alert(5)</script>' }],
          source: { file: '"><script>', line: 1 },
          fields: [field({ origin: 'drift', before: '<script>', manager: '<script>' })],
        }),
      ],
    }),
    {
      application: 'a',
      cluster: 'b',
      definedIn: null,
      status: {
        kind: 'failed',
        problems: [{ code: 'x', message: '<script>alert(6)</script>', location: null, hint: null }],
      },
    },
  ],
})

const plain = { view: view(), pullRequest: { title: 'Scale', url: 'https://github.example.com/pull/7' } }

test('a plan is shown under its id, in both ways', async () => {
  await using server = await servePages(plain)
  const page = await fetch(`${server.url}/plans/${planId}`)
  expect(page.status).toBe(200)
  const text = await page.text()
  expect(text).toContain('<h1>1 application changes on 1 cluster</h1>')
  expect(text).toContain('guestbook/base/frontend.yaml:4')
  expect(text).toContain('15 unchanged lines')
  const split = await (await fetch(`${server.url}/plans/${planId}?diff=split`)).text()
  expect(split).toContain('d2h-file-side-diff')
})

test.each(['unified', 'split'])('nothing in a manifest becomes markup (%s)', async style => {
  await using server = await servePages({
    view: hostile,
    pullRequest: { title: '<script>', url: 'https://x' },
  })
  const text = await (await fetch(`${server.url}/plans/${planId}?diff=${style}`)).text()
  expect(text).not.toMatch(/<script(?! src="\/assets\/plumbline.js" defer><\/script>)|<img|<b>main/)
})

test('pages load nothing from elsewhere, not even a script, and are not kept', async () => {
  await using server = await servePages(plain)
  const { headers } = await fetch(`${server.url}/plans/${planId}`)
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self';/)
  expect(headers.get('cache-control')).toBe('private, no-store')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
})

test.each(['nosuchplanid', 'a', '..%2f..%2fetc', `${planId}x`])('there is no plan "%s"', async id => {
  await using server = await servePages(plain)
  const page = await fetch(`${server.url}/plans/${id}`)
  expect(page.status).toBe(404)
  expect(await page.text()).toContain('Nothing here')
})

test('the landing page says what this is, and names nobody', async () => {
  await using server = await servePages(plain)
  const text = await (await fetch(server.url)).text()
  expect(text).toContain('1 of 2 clusters online.')
  expect(text).toContain('0.1.0')
  expect(text).not.toContain('guestbook')
})

test('style sheets are ours and are not sent twice', async () => {
  await using server = await servePages(plain)
  for (const path of ['/assets/plumbline.css', '/assets/diff2html.css']) {
    const first = await fetch(server.url + path)
    expect(first.headers.get('content-type')).toContain('text/css')
    const again = await fetch(server.url + path, { headers: { 'if-none-match': first.headers.get('etag')! } })
    expect(again.status).toBe(304)
  }
})

test('other addresses are left to others, and pages are only read', async () => {
  await using server = await servePages(plain)
  expect(await (await fetch(`${server.url}/api/github/webhooks`)).text()).toBe('not ours')
  expect((await fetch(`${server.url}/plans/${planId}`, { method: 'POST' })).status).toBe(405)
  const head = await fetch(`${server.url}/plans/${planId}`, { method: 'HEAD' })
  expect(head.status).toBe(200)
})

test('a plan that is still being made refreshes by itself', async () => {
  const pending = view({
    applications: [{ application: 'a', cluster: 'dev', definedIn: null, status: { kind: 'pending' } }],
  })
  await using server = await servePages({ view: pending, pullRequest: null })
  expect(await (await fetch(`${server.url}/plans/${planId}`)).text()).toContain('http-equiv="refresh"')
})

describe('the page of an application', () => {
  const page: ApplicationPage = {
    application: 'shop',
    cluster: 'prod',
    repository: {
      key: 'github:github.example.com/acme/shop',
      name: 'acme/shop',
      url: 'https://github.example.com/acme/shop',
    },
    filesUrl: 'https://github.example.com/acme/shop/blob/abc',
    revision: 'abcdef0123456789abcdef0123456789abcdef01',
    syncedAt: '2026-11-20T10:00:00Z',
    selfHeal: true,
    drift: {
      changes: [change({ origin: 'drift', fields: [field({ origin: 'drift' })] })],
      since: '2026-11-20T11:00:00Z',
      observedAt: '2026-11-20T11:00:00Z',
      fight: { id: 'apps/Deployment/shop/web', manager: 'hpa', path: '/spec/replicas' },
    },
    issue: { number: 12, url: 'https://github.example.com/acme/shop/issues/12' },
    heals: {
      total: 103,
      recent: [
        {
          id: 'apps/Deployment/shop/web',
          at: '2026-11-20T10:30:00Z',
          fields: [
            { path: '/spec/replicas', from: '5', to: '3', manager: 'kubectl', user: 'alice@example.com' },
          ],
          deletedBy: null,
        },
        { id: '/ConfigMap/shop/settings', at: '2026-11-20T10:20:00Z', fields: [], deletedBy: 'bob' },
      ],
    },
    syncs: [
      {
        revision: 'abcdef0123456789abcdef0123456789abcdef01',
        outcome: 'rolled-back',
        at: '2026-11-20T10:00:00Z',
        pullRequest: { number: 7, url: 'https://github.example.com/acme/shop/pull/7' },
        error: 'Deployment web did not become healthy',
      },
    ],
  }

  test('tells its drift, who it was healed of, and its syncs', async () => {
    await using server = await servePages(null, page)
    const answer = await fetch(`${server.url}/applications/${planId}`)
    expect(answer.status).toBe(200)
    const text = (await answer.text()).replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
    expect(text).toContain('shop on prod')
    expect(text).toContain(
      'Synced to abcdef0 at 2026-11-20 10:00:00 UTC, and not what Git says since 2026-11-20 11:00:00 UTC',
    )
    expect(text).toContain('Self-heal has stopped: hpa keeps writing')
    expect(text).toContain('103 objects')
    expect(text).toContain('spec.replicas 5 → 3 changed by alice@example.com, with kubectl')
    expect(text).toContain('the whole object, deleted by bob')
    expect(text).toContain('And 101 before.')
    expect(text).toContain('rolled-back Deployment web did not become healthy Pull request 7')
  })

  test("is nobody else's: there is none under another address", async () => {
    await using server = await servePages(null, page)
    expect((await fetch(`${server.url}/applications/${planId}x`)).status).toBe(404)
  })

  test('makes no markup of what a cluster says', async () => {
    const bad = '<script>alert(1)</script>'
    const [heal] = page.heals.recent
    const hostilePage: ApplicationPage = {
      ...page,
      application: bad,
      cluster: bad,
      heals: {
        total: 1,
        recent: [{ ...heal!, fields: [{ path: `/${bad}`, from: bad, to: bad, manager: bad, user: bad }] }],
      },
      syncs: page.syncs.map(it => ({ ...it, error: bad })),
    }
    await using server = await servePages(null, hostilePage)
    expect(await (await fetch(`${server.url}/applications/${planId}`)).text()).not.toContain('<script')
  })
})
