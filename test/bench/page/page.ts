import type { BrowserContext } from 'playwright-core'
import { duration, median } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import type { PagePlace, PageServer } from './place.ts'

const amounts = [20, 1000, 5000]
const rounds = 7

export const pageScenario: Scenario<PagePlace> = {
  name: 'page',
  title: 'The page of a plan',
  about: `From the address to what a person sees, in headless Chromium with an empty cache, by somebody who is signed in; medians of ${rounds}. *Readable*: the table
and the first objects are on the screen. *Whole*: the last object is on the page, and its script runs. *Unfolded*: from the key to the diff of the
last object. *Found*: from the last letter of a word that is in one diff alone to that one object, with the fifth of a second that is waited
for more letters. Target: 5,000 objects in under 2 s.`,
  async measure({ browser, servers }, signal) {
    const rows: string[][] = []
    for (const server of servers) {
      for (const amount of amounts) {
        const address = await server.plan(amount)
        const visits: Visit[] = []
        for (let round = 0; round < rounds; round += 1) {
          signal.throwIfAborted()
          const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
          await context.addCookies([server.cookie])
          visits.push(await visit(context, address, amount))
          await context.close()
        }
        rows.push(rowOf(server, amount, visits))
      }
    }
    return {
      columns: ['objects', 'database', 'readable', 'whole', 'unfolded', 'found', 'sent', 'as HTML'],
      rows,
    }
  },
}

interface Visit {
  readonly readable: number
  readonly whole: number
  readonly unfolded: number
  readonly found: number
  readonly sent: number
  readonly html: number
}

async function visit(context: BrowserContext, address: string, amount: number): Promise<Visit> {
  const page = await context.newPage()
  await page.goto(address, { waitUntil: 'domcontentloaded' })
  const seen = await page.evaluate<Omit<Visit, 'unfolded' | 'found'>>(whatWasSeen)
  const last = page.locator('details.change').last()
  const unfolding = performance.now()
  await last.locator('summary').press('Enter')
  if (amount > 60) await last.locator('.d2h-ins').first().waitFor({ state: 'visible' })
  const unfolded = performance.now() - unfolding
  await page.locator('input[name=q]').fill(`service-${amount - 1}:v${amount}`)
  const searching = performance.now()
  await page.locator('output', { hasText: `1 of ${amount} objects` }).waitFor()
  return { ...seen, unfolded, found: performance.now() - searching }
}

/** In the page: milliseconds since the address was opened. */
const whatWasSeen = `new Promise(resolve => {
  new PerformanceObserver(list => {
    const [page] = performance.getEntriesByType('navigation')
    resolve({
      readable: list.getEntries()[0].startTime,
      whole: page.domContentLoadedEventEnd,
      sent: page.encodedBodySize,
      html: page.decodedBodySize,
    })
  }).observe({ type: 'largest-contentful-paint', buffered: true })
})`

function rowOf({ database }: PageServer, amount: number, visits: readonly Visit[]): string[] {
  const time = (name: 'readable' | 'whole' | 'unfolded' | 'found') =>
    duration(median(visits.map(it => it[name])))
  const kilobytes = (name: 'sent' | 'html') => `${Math.round(median(visits.map(it => it[name])) / 1000)} kB`
  // Of a few objects all are unfolded from the start.
  const unfolded = amount > 60 ? time('unfolded') : '–'
  return [
    amount.toLocaleString('en'),
    database,
    time('readable'),
    time('whole'),
    unfolded,
    time('found'),
    kilobytes('sent'),
    kilobytes('html'),
  ]
}
