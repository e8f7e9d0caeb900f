import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Change } from '../../../src/model/plan.ts'
import { launchBrowser, overflowOf } from '../../browser.ts'
import { change, field, planned, scaleDiff, view } from '../report/views.ts'
import { planId, servePages } from './serve.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** `web-0` to `web-N`; every third is deleted, every fourth risky, the last only drifted. */
function objects(amount: number): readonly Change[] {
  return Array.from({ length: amount }, (_, index) => {
    const isLast = index === amount - 1
    return change({
      id: `apps/Deployment/shop/web-${index}`,
      action: index % 3 === 2 ? 'delete' : 'update',
      origin: isLast ? 'drift' : 'pull-request',
      fields: isLast ? [field({ origin: 'drift', manager: 'kubectl-edit' })] : [field()],
      risks: index % 4 === 0 ? [{ code: 'pods-restart', severity: 'high', message: 'Pods restart' }] : [],
      diff: scaleDiff.replace('frontend:v5', `frontend:v${index}`),
    })
  })
}

async function open(
  amount: number,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<
  AsyncDisposable & { readonly page: Page; readonly complaints: readonly string[]; readonly url: string }
> {
  const server = await servePages({
    view: view({
      applications: [
        planned({ application: 'shop', changes: objects(amount) }),
        planned({ application: 'empty', changes: [] }),
      ],
    }),
    pullRequest: { title: 'Scale', url: 'https://github.example.com/acme/shop/pull/7' },
  })
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  const url = `${server.url}/plans/${planId}`
  await page.goto(url)
  return {
    page,
    complaints,
    url,
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const focused = (page: Page) =>
  page.evaluate<string | undefined>("document.activeElement?.closest('details')?.id")
const visible = (page: Page) => page.locator('details.change').filter({ visible: true })

test('a few objects are unfolded from the start, and drift stands apart', async () => {
  await using it = await open(5)
  expect(await it.page.locator('.d2h-ins').filter({ visible: true }).count()).toBeGreaterThan(4)
  const headings = await it.page.getByRole('heading').allTextContents()
  expect(headings).toContain('Already drifted, and put back by this merge')
  expect(await it.page.locator('h3 ~ details').count()).toBe(1)
  expect(it.complaints).toEqual([])
})

test('many are a list, of which one is unfolded by a click or by the address', async () => {
  await using it = await open(100)
  const { page } = it
  expect(await page.locator('.d2h-ins').count()).toBe(0)
  await page.locator('summary', { hasText: 'web-42' }).click()
  await page.locator('#o0-42 .d2h-ins', { hasText: 'v42' }).waitFor()
  await page.goto(`${it.url}#o0-77`)
  await page.locator('#o0-77 .d2h-ins', { hasText: 'v77' }).waitFor()
  expect(it.complaints).toEqual([])
})

test('keys go from object to object, unfold, search and are turned off', async () => {
  await using it = await open(100)
  const { page } = it
  await page.keyboard.press('j')
  expect(await focused(page)).toBe('o0-0')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  expect(await focused(page)).toBe('o0-1')
  await page.keyboard.press('Enter')
  await page.locator('#o0-1 .d2h-ins').first().waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('jk')
  expect(await page.getByRole('searchbox').inputValue()).toBe('jk')
  await page.keyboard.press('Escape')
  await page.locator('.keys > summary').click()
  await page.getByLabel('Keys are on').uncheck()
  await page.reload()
  await page.keyboard.press('j')
  expect(await focused(page)).toBeUndefined()
})

test('a search looks into names and diffs while one types, and the address says what is shown', async () => {
  await using it = await open(100)
  const { page } = it
  await page.getByRole('searchbox').fill('frontend:v93')
  await page.locator('output', { hasText: '1 of 100 objects' }).waitFor()
  expect(await visible(page).count()).toBe(1)
  await page.getByRole('searchbox').fill('deployment web-1')
  await page.locator('output', { hasText: '11 of 100 objects' }).waitFor()
  await page.getByLabel('Action').selectOption('delete')
  await page.locator('output', { hasText: '3 of 100 objects' }).waitFor()
  await page.reload()
  expect(await visible(page).count()).toBe(3)
  expect(await page.locator('.found').textContent()).toBe('3 of 100 objects match.')
  expect(it.complaints).toEqual([])
})

test.each([
  ['risk=high', 25],
  ['action=delete', 33],
  ['origin=drift', 1],
  ['origin=pull-request', 99],
  ['q=frontend%3Av93', 1],
  ['q=%3Cscript%3Ealert(1)%3C/script%3E', 0],
  ['action=constructor&risk=__proto__', 100],
  [`q=${'x'.repeat(6000)}`, 0],
])('without script %s shows %i of 100 objects, each a link away', async (query, amount) => {
  await using it = await open(100, { javaScriptEnabled: false })
  await it.page.goto(`${it.url}?${query}`)
  expect(await visible(it.page).count()).toBe(amount)
  if (amount !== 100) return
  await it.page.goto(`${it.url}/objects/0-42`)
  await it.page.getByRole('link', { name: 'Next object' }).click()
  expect(await it.page.getByRole('heading', { level: 1 }).textContent()).toBe('Deployment shop/web-43')
})

test('it fits a phone, by day and by night, on paper, and without motion', async () => {
  for (const options of [
    { colorScheme: 'light', reducedMotion: 'reduce' },
    { colorScheme: 'dark', forcedColors: 'active' },
  ] as const) {
    await using it = await open(20, { viewport: { width: 390, height: 844 }, ...options })
    expect(await overflowOf(it.page)).toBe(0)
    await it.page.goto(`${it.url}?diff=split`)
    expect(await overflowOf(it.page)).toBe(0)
  }
})

test('whoever comes by keyboard skips to the content, finds landmarks and names for everything', async () => {
  await using it = await open(5)
  const { page } = it
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  for (const role of ['main', 'banner', 'search'] as const) expect(await page.getByRole(role).count()).toBe(1)
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
  const unnamed = await page.evaluate<number>(
    "[...document.querySelectorAll('input, select')].filter(it => it.type !== 'hidden' && it.labels.length === 0).length",
  )
  expect(unnamed).toBe(0)
  const levels = await page.evaluate<number[]>(
    "[...document.querySelectorAll('h1, h2, h3, h4')].map(it => Number(it.tagName[1]))",
  )
  expect(levels.every((level, at) => at === 0 || level <= levels[at - 1]! + 1)).toBe(true)
})
