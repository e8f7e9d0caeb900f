import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApplicationPage } from '../../../src/server/web/application-page.ts'
import type { PlanPage } from '../../../src/server/web/plan-page.ts'
import { createPages } from '../../../src/server/web/pages.ts'

export const planId = 'kq3VZr8mT1yB0xWn'

/** The pages on a server of their own. */
export async function servePages(
  plan: PlanPage | null,
  application: ApplicationPage | null = null,
): Promise<AsyncDisposable & { readonly url: string }> {
  const pages = createPages({
    plans: { byId: async id => (id === planId ? plan : null) },
    applications: { byId: async id => (id === planId ? application : null) },
    standing: async () => ({ version: '0.1.0', clusters: { online: 1, known: 2 } }),
  })
  const server = createServer((request, response) => {
    void pages(request, response).then(answered => {
      if (!answered) response.writeHead(404).end('not ours')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
