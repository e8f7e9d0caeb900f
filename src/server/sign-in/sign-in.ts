import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { type Forge, ForgeError } from '../../forge/forge.ts'
import { answer as plainly } from '../http/answer.ts'
import type { PageHandler } from '../http/http-server.ts'
import { type Forges, UnknownForgeError } from '../forges.ts'
import type { SessionRecord, Sessions } from '../store/records/sessions.ts'
import type { Gate } from '../web/gate.ts'
import { signInPaths } from '../web/layout.ts'
import { sendPage } from '../web/send-page.ts'
import { createAccessMemory } from './access-memory.ts'
import { createBrowserSessions } from './browser-sessions.ts'
import { type Cookie, cookieHeader, cookiesOf } from './cookies.ts'
import { type Answer, answers } from './sign-in-answers.ts'
import { abandoned, begin, challengeOf, cookieEnding, cookieOf, underwayIn } from './underway.ts'
import { wayBack } from './way-back.ts'

export interface SignInDeps {
  readonly forges: Pick<Forges, 'all' | 'repository'>
  readonly sessions: Sessions
  readonly publicUrl: () => string
  readonly logger: Logger
  readonly clock: () => Date
}

export interface SignIn {
  readonly gate: Gate
  /** Answers where browsers are signed in and out. */
  readonly pages: PageHandler
}

/** GitHub's codes have 20 characters. */
const codePattern = /^[\w.-]{1,256}$/
const longestAddress = 4096
/** For the forge to answer, while a person waits. */
const patienceMs = 20_000

/** Lets people see what their forge lets them see. Pages of a forge that has no sign-in are for whoever has their address. */
export function createSignIn(deps: SignInDeps): SignIn {
  const { logger, clock } = deps
  const access = createAccessMemory(deps)
  const sessions = createBrowserSessions(deps.sessions, clock)
  const isSecure = () => deps.publicUrl().startsWith('https:')
  const redirectUrl = () => `${deps.publicUrl()}${signInPaths.callback}`
  const cookiesFrom = (request: IncomingMessage) => cookiesOf(request, isSecure())
  const withSignIn = () => deps.forges.all.filter(it => it.signIn !== null)

  function send(response: ServerResponse, { status, page }: Answer, it: Sent = {}): Promise<void> {
    const { cookies = [], location } = it
    return sendPage(response, status, page, {
      headers: {
        ...(location === undefined ? {} : { Location: location }),
        ...(cookies.length === 0 ? {} : { 'Set-Cookie': cookies.map(one => cookieHeader(one, isSecure())) }),
      },
    })
  }

  const goTo = (response: ServerResponse, path: string, cookies: readonly Cookie[] = []) =>
    send(response, answers.goOn(path), { location: path, cookies })

  const gate: Gate = {
    async admit(request, response, { repository, isPart }) {
      const forge = repository
        ? deps.forges.all.find(it => it.kind === repository.forge && it.host === repository.host)
        : withSignIn()[0]
      if (repository && !forge) {
        // It was taken out of the configuration: whom it would have let in nobody knows.
        await send(response, answers.forgeGone)
        return null
      }
      if (!forge?.signIn) return { login: null }
      const session = await sessions.of(cookiesFrom(request))
      const path = wayBack(request.url)
      if (!session) {
        if (isPart) plainly(response, 401, 'sign in')
        else
          await goTo(
            response,
            `${signInPaths.start}?${new URLSearchParams({ to: path, host: forge.host }).toString()}`,
          )
        return null
      }
      // There is no such page: that is no secret to whoever is somebody.
      if (!repository) return { login: session.login }
      const refusal = await refusalFor(session, { repository, forge, path })
      if (!refusal) return { login: session.login }
      if (isPart) plainly(response, refusal.status, 'this is not for you, or the forge does not say')
      else await send(response, { ...refusal, page: { ...refusal.page, visitor: session.login } })
      return null
    },
  }

  async function refusalFor(
    session: SessionRecord,
    it: {
      readonly repository: Parameters<typeof access.maySee>[1]
      readonly forge: Forge
      readonly path: string
    },
  ): Promise<Answer | null> {
    const { repository, forge, path } = it
    if (session.forge !== forge.kind || session.host !== forge.host)
      return answers.otherForge(forge.host, path)
    const { person: id, login } = session
    try {
      const isAllowed = await access.maySee({ id, login }, repository)
      return isAllowed ? null : answers.notForYou(login, path)
    } catch (error) {
      if (!(error instanceof ForgeError) && !(error instanceof UnknownForgeError)) throw error
      logger.warn({ err: error }, 'nobody can say whether a page may be seen')
      return answers.notNow(path)
    }
  }

  /** Sends the browser to the forge. */
  async function start(query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const back = wayBack(query.get('to'))
    const some = withSignIn()
    const forge = some.find(it => it.host === query.get('host')) ?? some[0]
    if (!forge?.signIn) return send(response, answers.nowhere)
    // The forge leads back to the public address, and cookies are for one host. Once: a proxy may have its own idea of the host.
    const isPublic = request.headers.host === new URL(deps.publicUrl()).host
    if (!isPublic && !query.has('moved')) {
      const moved = new URLSearchParams({ to: back, host: forge.host, moved: '' })
      return goTo(response, `${deps.publicUrl()}${signInPaths.start}?${moved.toString()}`)
    }
    const underway = begin({ back, host: forge.host })
    const { state } = underway
    const address = forge.signIn.authorizeUrl({
      state,
      challenge: challengeOf(underway),
      redirectUrl: redirectUrl(),
    })
    await goTo(response, address, [...abandoned(cookiesFrom(request)), cookieOf(underway)])
  }

  /** The forge sends the browser back here. */
  async function callback(query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const cookies = cookiesFrom(request)
    const state = query.get('state') ?? ''
    const underway = underwayIn(cookies, state)
    if (!underway) return send(response, answers.noState)
    const { back, verifier, host } = underway
    const ended = [cookieEnding(state)]
    const code = query.get('code') ?? ''
    if (query.has('error')) {
      if (query.get('error') === 'access_denied')
        return send(response, answers.declined(back), { cookies: ended })
      logger.error({ error: query.get('error')?.slice(0, 100) }, 'a forge refused to sign somebody in')
      return send(response, answers.misconfigured, { cookies: ended })
    }
    const forge = withSignIn().find(it => it.host === host)
    if (!forge?.signIn) return send(response, answers.nowhere, { cookies: ended })
    if (!codePattern.test(code)) return send(response, answers.badCode(back), { cookies: ended })
    try {
      const asked = { code, verifier, redirectUrl: redirectUrl() }
      const person = await forge.signIn.personWith(asked, AbortSignal.timeout(patienceMs))
      if (!person) return await send(response, answers.badCode(back), { cookies: ended })
      const { id, login } = person
      const session = await sessions.begin({ forge: forge.kind, host, person: id, login }, cookies)
      logger.info({ login, host }, 'somebody signed in')
      await goTo(response, back, [...ended, session])
    } catch (error) {
      if (!(error instanceof ForgeError)) throw error
      logger.error({ err: error }, 'somebody could not be signed in')
      const answer = error.retry.kind === 'after' ? answers.notNow(back) : answers.misconfigured
      await send(response, answer, { cookies: ended })
    }
  }

  /** By a form on our own pages: the cookie does not come along from other sites, and browsers say where a request is from. */
  async function end(request: IncomingMessage, response: ServerResponse) {
    const from = request.headers['sec-fetch-site']
    if (from !== undefined && from !== 'same-origin') return send(response, answers.foreignForm)
    await goTo(response, signInPaths.end, [await sessions.end(cookiesFrom(request))])
  }

  const pages: PageHandler = async (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s)
    if (!(Object.values(signInPaths) as string[]).includes(path)) return false
    const isEnd = path === signInPaths.end
    const method = request.method ?? ''
    if (isEnd && method === 'POST') await end(request, response)
    else if (method !== 'GET') plainly(response, 405, 'open it in a browser', { close: true })
    else if (query.length > longestAddress) await send(response, answers.tooLong)
    else if (isEnd) await send(response, answers.signedOut)
    else if (path === signInPaths.start) await start(new URLSearchParams(query), request, response)
    else await callback(new URLSearchParams(query), request, response)
    return true
  }
  return { gate, pages }
}

interface Sent {
  readonly cookies?: readonly Cookie[]
  readonly location?: string
}
