import { z } from 'zod'
import { type Access, basicAuthorization, wantsCredentials } from './access.ts'
import { ChartError } from './charts.ts'
import type { HttpAnswer, HttpAsk, HttpClient } from './http-client.ts'

/** GET in one repository of a registry, which may want a token for it first. Other answers than 401 are the caller's. */
export type RegistrySession = (
  ask: Pick<HttpAsk, 'url' | 'what' | 'accept' | 'maxBytes'>,
  signal: AbortSignal,
) => Promise<HttpAnswer>

const tokenShape = z.union([
  z.object({ token: z.string().min(1) }).transform(it => it.token),
  z.object({ access_token: z.string().min(1) }).transform(it => it.access_token),
])

const maxTokenBytes = 256 * 1024

export function createRegistrySession(deps: {
  readonly http: HttpClient
  readonly access: Access
  readonly scope: string
  readonly ca: string | null
}): RegistrySession {
  const { http, access, scope, ca } = deps
  const { entry, reach } = access
  let authorization: string | null = null

  async function answerTo(
    challenge: string,
    ask: Pick<HttpAsk, 'url' | 'what'>,
    signal: AbortSignal,
  ): Promise<string> {
    const basic = await basicAuthorization(entry)
    if (/^basic\b/i.test(challenge)) {
      if (basic === null) throw wantsCredentials(ask.what, access, 401)
      return basic
    }
    const asked = bearerChallenge(challenge)
    if (asked === null) throw wantsCredentials(ask.what, access, 401)
    const url = tokenUrl(asked, ask, scope)
    if (basic !== null && !isOfSameOwner(url, ask.url) && !entry?.otherHosts?.includes(url.host)) {
      const message = `${ask.what}: ${ask.url.host} sends our credentials to ${url.host}`
      const hint = "if that is right, name it under otherHosts in the agent's list of chart hosts"
      throw new ChartError('chart-credentials', message, hint)
    }
    const answer = await http.get(
      { url, what: ask.what, authorization: basic, ca, reach, maxBytes: maxTokenBytes },
      signal,
    )
    if (answer.status !== 200) throw wantsCredentials(ask.what, access, answer.status)
    return `Bearer ${tokenIn(answer.body, ask.what)}`
  }

  return async (ask, signal) => {
    const send = () => http.get({ ...ask, authorization, ca, reach }, signal)
    const answer = await send()
    const challenge = answer.header('www-authenticate')
    if (answer.status !== 401 || challenge === null || authorization !== null) return answer
    authorization = await answerTo(challenge, ask, signal)
    return send()
  }
}

interface BearerChallenge {
  readonly realm: string
  readonly service: string | null
}

function bearerChallenge(text: string): BearerChallenge | null {
  if (!/^bearer\b/i.test(text)) return null
  const field = (name: string) => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(text)?.[1] ?? null
  const realm = field('realm')
  return realm === null ? null : { realm, service: field('service') }
}

function tokenUrl(
  { realm, service }: BearerChallenge,
  ask: Pick<HttpAsk, 'url' | 'what'>,
  scope: string,
): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && ask.url.protocol === 'http:')
  if (!url || !safe) {
    const message = `${ask.what}: ${ask.url.host} names no token service that may be asked`
    throw new ChartError('chart-credentials', message, 'its realm has to be an https URL')
  }
  if (service !== null) url.searchParams.set('service', service)
  url.searchParams.set('scope', scope)
  return url
}

/** The same host, or one beside or above it, as auth.example.com is for registry.example.com. */
function isOfSameOwner(token: URL, registry: URL): boolean {
  if (token.host === registry.host) return true
  const parent = registry.hostname.split('.').slice(1).join('.')
  const isDomain = parent.includes('.')
  return isDomain && (token.hostname === parent || token.hostname.endsWith(`.${parent}`))
}

function tokenIn(body: Buffer, what: string): string {
  try {
    return tokenShape.parse(JSON.parse(body.toString('utf8')))
  } catch (cause) {
    // Neither the token nor what stands in its place belongs into a message.
    throw new ChartError('chart-credentials', `${what}: the token service's answer holds no token`, null, {
      cause,
    })
  }
}
