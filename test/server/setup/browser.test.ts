import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, overflowOf } from '../../browser.ts'
import { type GitHubSimulator, startGitHubSimulator } from '../../simulator/start-github-simulator.ts'
import { startUnconfiguredServer, type UnconfiguredServer } from './unconfigured-server.ts'

let github: GitHubSimulator
let server: UnconfiguredServer
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
  github = await startGitHubSimulator()
  const acme = github.createUser('acme', { type: 'Organization' })
  github.createUser('ada')
  await github.createRepository({ owner: acme, name: 'shop' })
  server = await startUnconfiguredServer(github)
})

afterAll(async () => {
  await browser.close()
  await server.stop()
  await github.stop()
})

/** Every page that was seen fits a phone: nothing has to be scrolled sideways. */
async function fits(page: Page): Promise<void> {
  expect(await overflowOf(page), page.url()).toBe(0)
}

// Forms, cookies and policies (form-action also holds for redirects) as a browser understands them.
test('a person with a phone goes from the link in the log to an installed App, by buttons alone', async () => {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } })
  const refusals: string[] = []
  page.on('console', message => refusals.push(message.text()))
  await page.goto(await server.link())
  expect(page.url()).toBe(`${server.url}/setup`)
  await page.getByLabel(/organisation/).fill('acme')
  await page.getByRole('button', { name: 'Use it' }).click()
  await fits(page)
  await page.getByRole('button', { name: /^Create it on/ }).click()
  await page.getByLabel('GitHub App name').fill('Acme Plumbline')
  await fits(page)
  await page.getByRole('button', { name: 'Create GitHub App for acme' }).click()
  await page.waitForURL(`${server.url}/setup/done`)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Acme Plumbline is ready')
  await fits(page)
  await page.getByRole('link', { name: /^Install it/ }).click()
  await page.getByLabel('shop').check()
  await page.getByRole('button', { name: 'Install on acme' }).click()
  await page.waitForURL(/\/apps\/acme-plumbline$/)
  await github.settled()
  expect(github.deliveries.at(-1)).toMatchObject({ event: 'installation', statusCode: 202 })
  expect(refusals).toEqual([])
})
