import { expect, test } from 'vitest'
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
  expect(text).not.toMatch(/<script|<img|<b>main/)
})

test('pages run no script, load nothing from elsewhere and are not kept', async () => {
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
