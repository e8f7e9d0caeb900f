import { type Browser, chromium, type Page } from 'playwright-core'
import { ensureSystemPackages } from '../tools/system-packages.ts'

/** The system's Chromium without a window, which talks to nobody but the pages it is sent to. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium: executablePath } = await ensureSystemPackages(['chromium'])
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath, args })
}

/** How many pixels a page is wider than its window: what somebody would have to scroll sideways. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
