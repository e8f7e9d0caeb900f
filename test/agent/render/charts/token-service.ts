import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { registryPassword, registryUser } from './registry.ts'

/** What a registry sends people to for a token, as Docker Hub and most others do. */
export interface TokenService {
  readonly realm: string
  readonly jwks: object
  /** How many tokens it gave out. */
  readonly given: () => number
  close(): void
}

export async function startTokenService(): Promise<TokenService> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const header = { alg: 'ES256', kid: 'tests' }
  let given = 0
  const wanted = `Basic ${Buffer.from(`${registryUser}:${registryPassword}`).toString('base64')}`
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== wanted) {
      response.writeHead(401).end()
      return
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [type, name, actions] = (url.searchParams.get('scope') ?? '').split(':')
    const token = await new SignJWT({ access: [{ type, name, actions: (actions ?? '').split(',') }] })
      .setProtectedHeader(header)
      .setIssuer('tests')
      .setAudience(url.searchParams.get('service') ?? '')
      .setSubject(registryUser)
      .setIssuedAt()
      .setNotBefore('-1m')
      .setExpirationTime('5m')
      .setJti('1')
      .sign(privateKey)
    given += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ token }))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'tests', alg: 'ES256', use: 'sig' }] },
    given: () => given,
    close: () => server.close(),
  }
}
