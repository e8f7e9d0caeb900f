import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { launchBrowser, overflowOf } from '../browser.ts'
import type { Sight } from '../story/sight.ts'

/** Looks at pages as people do: in a browser, on a desk and on a phone, by day and by night. */
export interface Gallery {
  /** Rejects when the page lacks something, complains, loads from elsewhere, or has to be scrolled sideways. */
  look(sight: Sight): Promise<void>
  close(): Promise<void>
}

const desk = { viewport: { width: 1160, height: 900 }, colorScheme: 'light' } as const
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const

const imagesFolder = resolve(import.meta.dirname, '..', '..', 'docs', 'images')

/** With `takePictures` the README's pictures are taken again. */
export async function openGallery({ takePictures }: { takePictures: boolean }): Promise<Gallery> {
  const browser = await launchBrowser()
  return {
    async look(sight) {
      for (const window of [desk, phone]) {
        const context = await browser.newContext({ ...window, deviceScaleFactor: takePictures ? 1.5 : 1 })
        await signIn(await context.newPage(), sight.url)
        // A page of its own: what the other was about to load is cut off, and nothing to complain of.
        const page = await context.newPage()
        const complaints = complaintsOf(page, new URL(sight.url).origin)
        await page.goto(sight.url)
        await unfold(page, sight)
        for (const selector of sight.holds) {
          await page.locator(selector).filter({ visible: true }).first().waitFor({ timeout: 15_000 })
        }
        expect(await overflowOf(page), `${sight.url} fits ${window.viewport.width} pixels`).toBe(0)
        if (takePictures && window === desk) await take(page, sight)
        expect(complaints, sight.url).toEqual([])
        await context.close()
      }
    },
    close: () => browser.close(),
  }
}

/** Pages of ours are for people whom the forge knows: alice may see everything. */
async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  if (new URL(page.url()).pathname !== '/login/oauth/authorize') return
  const form = page.locator('form.new-app')
  await form.getByLabel('You are').selectOption('alice')
  await form.getByRole('button', { name: /^Authorize/ }).click()
  await page.waitForURL(url)
}

/** What the browser has to say against a page, its policy's refusals included, and what it would load from elsewhere. */
function complaintsOf(page: Page, origin: string): readonly string[] {
  const complaints: string[] = []
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', error => complaints.push(error.message))
  page.on('requestfailed', request => complaints.push(`${request.url()} failed`))
  page.on('request', request => {
    const { protocol, origin: from } = new URL(request.url())
    if (protocol !== 'data:' && from !== origin) complaints.push(`${request.url()} is elsewhere`)
  })
  return complaints
}

async function unfold(page: Page, { unfold: selectors = [] }: Sight): Promise<void> {
  for (const selector of selectors) await page.locator(selector).first().click()
}

async function take(page: Page, sight: Sight): Promise<void> {
  const { picture } = sight
  if (!picture) return
  await page.evaluate('scrollTo(0, 0)')
  const first = await page.locator(picture.from).first().boundingBox()
  const last = await page.locator(picture.until).first().boundingBox()
  assert.ok(first && last, `${sight.url} has both ends of the picture ${picture.name}`)
  const clip = { x: 0, y: first.y, width: desk.viewport.width, height: last.y + last.height + 10 - first.y }
  await mkdir(imagesFolder, { recursive: true })
  await page.screenshot({
    path: resolve(imagesFolder, `${picture.name}.png`),
    fullPage: true,
    clip,
  })
}
