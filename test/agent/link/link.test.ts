import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import { expect, onTestFinished, test } from 'vitest'
import { createLink } from '../../../src/agent/link/link.ts'
import { AgentService } from '../../../src/protocol/generated/plumbline/v1/agent_pb.ts'
import { silent } from '../sync/fixture.ts'

test('each session begins with a greeting, and what is told then arrives', async () => {
  const reports: string[] = []
  const routes = connectNodeAdapter({
    routes: ({ service }) =>
      void service(AgentService, {
        hello: () => ({ sessionId: 'one', serverVersion: 'x', cluster: 'dev', keepAliveSeconds: 20 }),
        // A server that goes away again at once.
        async *commands() {
          yield { id: '', traceId: '', deadline: '', commandJson: '' }
        },
        reportDrift({ reportJson }) {
          reports.push((JSON.parse(reportJson) as { observedAt: string }).observedAt)
          return {}
        },
      }),
  })
  const server = createServer(routes)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const stop = new AbortController()
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const link = createLink({ serverUrl, token: 'plumbline_agent_x', logger: silent, pauseMs: 5 })
  let sessions = 0
  const running = link.run(
    {
      hello: async () => ({ version: 'x', kubernetesVersion: 'x', applications: [] }),
      greeted: () =>
        link.reportDrift({
          application: 'shop',
          cluster: 'dev',
          namespace: 'shop',
          revision: null,
          drifted: [],
          healed: [],
          fight: null,
          observedAt: String(++sessions),
        }),
      execute: () => Promise.reject(new Error('there is no command')),
    },
    stop.signal,
  )
  onTestFinished(async () => {
    stop.abort()
    await running
    server.closeAllConnections()
    server.close()
  })
  await expect.poll(() => reports).toEqual(expect.arrayContaining(['1', '2', '3']))
})
