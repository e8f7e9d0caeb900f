import { readFileSync } from 'node:fs'
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './programs.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface WebHost {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly url: string
  /** What is at a path; `*` for all others. Files, or a function that answers. */
  serve(files: Readonly<Record<string, string | Buffer | Answer>>): void
  /** `GET /path`, with ` as USER` when it was asked with a user. */
  readonly requests: readonly string[]
  close(): void
}

/** A web server for charts: classic repositories are nothing but files. */
export async function startWebHost(tls: Certificate | null): Promise<WebHost> {
  const files = new Map<string, string | Buffer | Answer>()
  const requests: string[] = []
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const user = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const as = user ? ` as ${Buffer.from(user, 'base64').toString().split(':')[0]}` : ''
    requests.push(`${request.method} ${request.url}${as}`)
    const found = files.get(request.url ?? '') ?? files.get('*')
    if (found === undefined) response.writeHead(404).end('nothing here')
    else if (typeof found === 'function') found(request, response)
    else response.end(found)
  }
  const server = tls
    ? createTls({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, handle)
    : createPlain(handle)
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: `${tls ? 'https' : 'http'}://${host}`,
    serve(more) {
      for (const [path, content] of Object.entries(more)) files.set(path, content)
    },
    requests,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Lets one user in. */
export function onlyFor(user: string, password: string, content: string | Buffer): Answer {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return (request, response) => {
    if (request.headers.authorization === wanted) response.end(content)
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="charts"' }).end()
  }
}

export function redirectTo(target: string): Answer {
  return (_, response) => response.writeHead(302, { location: target }).end()
}
