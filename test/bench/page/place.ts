import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { pino } from 'pino'
import type { Forge, ForgeRepository } from '../../../src/forge/forge.ts'
import { defaultSettings } from '../../../src/model/settings.ts'
import { pagesFrom } from '../../../src/server/plan-pages.ts'
import { createSignIn } from '../../../src/server/sign-in/sign-in.ts'
import { createStore } from '../../../src/server/store/create-store.ts'
import type { Store } from '../../../src/server/store/store.ts'
import { createPages } from '../../../src/server/web/pages.ts'
import { startPostgres } from '../../../tools/postgres.ts'
import { launchBrowser } from '../../browser.ts'
import {
  aPlan,
  anApplication,
  aPullRequest,
  aRepository,
  revision,
} from '../../server/builders/application.ts'
import { changes } from './objects.ts'

/** A browser, and a server's pages on each of the databases that it may have. */
export interface PagePlace {
  readonly browser: Browser
  readonly servers: readonly PageServer[]
  stop(): Promise<void>
}

export interface PageServer {
  readonly database: string
  readonly url: string
  /** Of somebody who is signed in. */
  readonly cookie: { readonly name: string; readonly value: string; readonly url: string }
  /** Plans a pull request of so many objects. Resolves with the address of its page. */
  plan(objects: number): Promise<string>
}

export async function startPagePlace(): Promise<PagePlace> {
  const postgres = await startPostgres()
  const browser = await launchBrowser()
  const stores = [
    { database: 'PGlite', store: await createStore({ databaseUrl: null, folder: null }) },
    { database: 'PostgreSQL', store: await createStore({ databaseUrl: postgres.url, folder: null }) },
  ]
  const running = await Promise.all(stores.map(it => startPageServer(it.database, it.store)))
  return {
    browser,
    servers: running.map(it => it.pages),
    async stop() {
      await browser.close()
      for (const { server } of running) {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      }
      for (const { store } of stores) await store.close()
      await postgres.stop()
    },
  }
}

async function startPageServer(
  database: string,
  store: Store,
): Promise<{ readonly server: Server; readonly pages: PageServer }> {
  let url = ''
  const signIn = createSignIn({
    forges: { all: [knownForge], repository: () => knownRepository },
    sessions: store.sessions,
    publicUrl: () => url,
    logger: pino({ level: 'silent' }),
    clock: () => new Date(),
  })
  const read = pagesFrom(store, { version: '0.0.0', publicUrl: () => url, silenceSeconds: 60 })
  const pages = createPages({ ...read, gate: signIn.gate })
  const server = createServer((request, response) => {
    pages(request, response).catch((cause: unknown) => response.destroy(cause as Error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const token = 't'.repeat(43)
  await store.sessions.add(createHash('sha256').update(token).digest('hex'), {
    forge: aRepository.forge,
    host: aRepository.host,
    person: '1',
    login: 'ada',
    expiresAt: new Date(Date.now() + 12 * 3600_000).toISOString(),
  })
  const cookie = { name: 'plumbline_session', value: token, url }
  return { server, pages: { database, url, cookie, plan: objects => planned(store, url, objects) } }
}

/** As if the forge had said a moment ago that ada may read the repository: that is remembered for minutes. */
const knownRepository = {
  accessOf: async () => ({ role: 'read', isPublic: false }),
} satisfies Pick<ForgeRepository, 'accessOf'> as unknown as ForgeRepository
const knownForge = {
  kind: aRepository.forge,
  host: aRepository.host,
  signIn: { authorizeUrl: () => '', personWith: async () => null },
} satisfies Pick<Forge, 'kind' | 'host' | 'signIn'> as unknown as Forge

async function planned(store: Store, url: string, objects: number): Promise<string> {
  const repository = await store.repositories.save(aRepository)
  const pullRequest = await store.pullRequests.save(repository, aPullRequest({ number: objects }))
  const plan = await store.plans.add({
    pullRequest: pullRequest.id,
    head: revision('b'),
    base: revision('a'),
    problems: [],
    settings: defaultSettings,
    awaitsMaintainer: false,
    deadline: new Date().toISOString(),
    page: `plan-of-${objects}-objects`,
  })
  const commandId = `plan-${objects}`
  await store.plans.addApplications(plan, [
    { application: anApplication(), removed: false, commandId, problems: [] },
  ])
  await store.plans.settle(plan, commandId, { kind: 'planned', plan: aPlan({ changes: changes(objects) }) })
  return `${url}/plans/${pullRequest.page}`
}
