import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/model/plan.ts'
import { change, field, planned, view } from '../report/views.ts'
import { planId, servePages } from './serve.ts'

const markup = `"'><script>alert(1)</script><img src=x onerror=alert(2)></details></section></main>`

/** A pull request that says this in all that it has a say in. */
function saying(text: string, amount: number) {
  const one: Change = change({
    id: `apps/${text}/${text}/${text}`,
    diff: ` ${text}\n-${text}\n+${text} more`,
    note: text,
    risks: [{ code: text, severity: 'high', message: text }],
    source: { file: text, line: 1 },
    error: { code: text, message: text, location: { file: text, line: 1 }, hint: text },
    fields: [
      field({
        origin: 'drift',
        path: `/${text}`,
        before: text,
        after: { [text]: text },
        manager: text,
        user: text,
      }),
    ],
  })
  const problem = { code: text, message: text, location: { file: text, line: 1 }, hint: text }
  return {
    view: view({
      baseRef: text,
      headUrl: 'https://github.example.com/acme/shop/blob/abc',
      replanning: text,
      problems: [problem],
      applications: [
        planned({ application: text, cluster: text, changes: Array.from({ length: amount }, () => one) }),
        { application: 'b', cluster: 'b', definedIn: text, status: { kind: 'failed', problems: [problem] } },
      ],
    }),
    pullRequest: { title: text, url: 'https://github.example.com/acme/shop/pull/7' },
  }
}

describe.each([markup, '`${alert(1)}`{{constructor}}', '\u202e\u0000\ud800<b>', 'javascript:alert(1)'])(
  'what a pull request says stays text: %j',
  text => {
    test.each([
      ['', 3],
      ['', 100],
      ['?diff=split', 3],
      ['/objects/0-0', 3],
      ['/objects/0-0?part', 3],
      [`?q=${encodeURIComponent(markup)}`, 3],
    ])('at %s, of %i objects', async (path, amount) => {
      await using server = await servePages(saying(text, amount))
      const response = await fetch(`${server.url}/plans/${planId}${path}`)
      expect(response.status).toBe(200)
      const page = (await response.text()).replace('<script src="/assets/plumbline.js" defer></script>', '')
      expect(page).not.toMatch(/<script|<img|<b>(?!a|\w+ ?alert)<|onerror=alert\(2\)>|href="javascript:|\0/i)
      // Nothing of it ends what it stands in.
      for (const tag of ['main', 'section', 'details']) {
        expect(page.split(`<${tag}`).length, tag).toBe(page.split(`</${tag}>`).length)
      }
    })
  },
)

const plain = { view: view(), pullRequest: null }

test.each(['', '/objects/0-0', '/objects/0-0?part', '/matches?q=x'])(
  'whatever is read at %s is kept by nobody, framed by nobody, and loads nothing from elsewhere',
  async path => {
    await using server = await servePages(plain)
    const { headers } = await fetch(`${server.url}/plans/${planId}${path}`)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    const policy = headers.get('content-security-policy')
    if (path.startsWith('/matches')) return
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(policy?.includes("script-src 'self'")).toBe(path === '')
  },
)

test.each([
  '/objects/0-999999999',
  '/objects/999999-0',
  '/objects/0-99999999999999999999',
  '/objects/-1-0',
  '/objects/0-0/..',
  '/objects/%2e%2e',
  '/objects/0-0%00',
  '/../../assets/plumbline.css/x',
  '/objects',
  '//',
])('there is nothing at %s', async path => {
  await using server = await servePages(plain)
  expect((await fetch(`${server.url}/plans/${planId}${path}`)).status).toBe(404)
})

test('a HEAD gets what a GET gets, without the page', async () => {
  await using server = await servePages(plain)
  for (const path of ['', '/objects/0-0', '/matches?q=x', '/nothing']) {
    const url = `${server.url}/plans/${planId}${path}`
    const [head, get] = [await fetch(url, { method: 'HEAD' }), await fetch(url)]
    expect([head.status, await head.text()]).toEqual([get.status, ''])
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
  }
})

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['identity', null],
])('who takes %s gets %s', async (accepted, encoding) => {
  await using server = await servePages(plain)
  const response = await fetch(`${server.url}/plans/${planId}`, { headers: { 'accept-encoding': accepted } })
  expect(response.headers.get('content-encoding')).toBe(encoding)
  expect(response.headers.get('vary')).toBe('Accept-Encoding')
  expect(await response.text()).toContain('</html>')
})
