import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import type { ConnectRouter } from '@connectrpc/connect'
import type { Logger } from 'pino'
import { AgentService } from '../../protocol/generated/plumbline/v1/agent_pb.ts'
import { answer } from './answer.ts'
import { webhookPath } from './webhook-route.ts'

/** Answers a request and returns true, or leaves it alone and returns false. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export interface HttpServerDeps {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly logger: Logger
  readonly webhooks: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  readonly agents: (router: ConnectRouter) => void
  readonly pages: PageHandler
  /** Rejects when the server cannot do its work now. */
  readonly ready: () => Promise<void>
}

export interface RunningHttpServer {
  /** `http://127.0.0.1:3000`: where it listens. */
  readonly url: string
  /** Stops listening and ends every connection. */
  stop(): Promise<void>
}

/** Plans with diffs of whole CustomResourceDefinitions fit. */
const maxRpcBytes = 16 * 1024 * 1024

/** Webhooks, agents, health and pages on one port, over HTTP/1.1. */
export async function startHttpServer(deps: HttpServerDeps): Promise<RunningHttpServer> {
  const rpc = connectNodeAdapter({
    routes: deps.agents,
    readMaxBytes: maxRpcBytes,
    grpc: false,
    grpcWeb: false,
  })
  const rpcPrefix = `/${AgentService.typeName}/`

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!
    if (path.startsWith(rpcPrefix)) return rpc(request, response)
    if (path === webhookPath) return deps.webhooks(request, response)
    if (path === '/healthz') return answer(response, 200, 'ok')
    if (path === '/readyz') {
      await deps.ready()
      return answer(response, 200, 'ready')
    }
    if (await deps.pages(request, response)) return
    answer(response, 404, 'there is nothing here')
  }

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Without the query: it may hold a secret.
      const path = request.url?.split('?', 1)[0]
      deps.logger.error({ err: error, method: request.method, path }, 'a request failed')
      if (response.headersSent) response.destroy()
      else answer(response, request.url === '/readyz' ? 503 : 500, 'that did not work', { close: true })
    })
  })
  const address = await listen(server, deps)
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, { host, port }: HttpServerDeps): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', cause => {
      reject(new Error(`could not listen on ${host}:${port}: choose another with --port`, { cause }))
    })
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve(server.address() as AddressInfo)
    })
  })
}
