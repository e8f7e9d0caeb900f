import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { ForgeError } from '../../forge/forge.ts'
import type { GitHubApp } from '../github-service.ts'
import type { PageHandler } from '../http/http-server.ts'
import { sendPage } from '../web/send-page.ts'
import type { CreatedApp, GitHubSetup } from './github-setup.ts'
import { isLogin, setupPaths } from './manifest.ts'
import { createSessions } from './sessions.ts'
import { type Answer, answers } from './setup-answers.ts'
import { donePage, startPage } from './setup-pages.ts'
import { createTickets } from './tickets.ts'

export interface SetupDeps extends GitHubSetup {
  readonly publicUrl: () => string
  readonly logger: Logger
  readonly clock: () => Date
  /** Works as the App from now on. */
  readonly begin: (app: GitHubApp) => Promise<void>
}

export interface Setup {
  /** Answers below `/setup`, until the App is there; from then on only the browser that created it gets an answer. */
  readonly pages: PageHandler
  /** Logs the link that opens the setup: whoever reads the log may do it, nobody else. */
  announce(): void
}

/** GitHub's codes have 40 characters. */
const codePattern = /^[\w-]{1,128}$/
const longestAddress = 2048
const stateLifetimeMs = 3600_000
/** For GitHub to answer, while a person waits. */
const patienceMs = 20_000

/** Creating the GitHub App by GitHub's manifest flow, for the one person who has the link from the log. */
export function createSetup(deps: SetupDeps): Setup {
  const { clock, logger, webUrl } = deps
  const links = createTickets({ lifetimeMs: Number.POSITIVE_INFINITY, most: 1, clock })
  const states = createTickets({ lifetimeMs: stateLifetimeMs, most: 50, clock })
  const sessions = createSessions(clock)
  let creating = false
  let created: CreatedApp | null = null

  const announce = (): void => {
    const link = `${deps.publicUrl()}${setupPaths.start}?token=${links.issue()}`
    logger.warn({ link }, 'no GitHub App is configured: open the link to create one')
  }

  async function start(
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const token = query.get('token')
    if (token !== null) {
      if (!links.take(token)) return send(response, answers.noLink)
      logger.info({}, 'the setup link was opened; should that have been somebody else, restart the server')
      announce()
      return enter(response, setupPaths.start)
    }
    if (!sessions.has(request)) return send(response, answers.noLink)
    const organisation = query.get('organisation')?.trim() || null
    if (organisation !== null && !isLogin(organisation)) return send(response, answers.noLogin)
    const { draft } = deps
    const publicUrl = deps.publicUrl()
    const page = startPage({ draft, webUrl, organisation, publicUrl, state: states.issue() })
    await sendPage(response, 200, page, { formAction: `'self' ${new URL(webUrl).origin}` })
  }

  /** GitHub sends the person back here. The state alone says that it was we who sent them there. */
  async function callback(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const code = query.get('code') ?? ''
    const state = query.get('state') ?? ''
    if (!codePattern.test(code)) return send(response, answers.noCode)
    if (!states.isGood(state)) return send(response, answers.noState)
    if (creating) return send(response, answers.underway)
    creating = true
    const trouble = await takeOver(code)
    creating = false
    // When GitHub just did not answer, the same address may be tried again.
    if (trouble !== answers.notNow) states.take(state)
    if (trouble) await send(response, trouble)
    else await enter(response, setupPaths.done)
  }

  /** Null when it worked. */
  async function takeOver(code: string): Promise<Answer | null> {
    try {
      const app = await deps.create(code, AbortSignal.timeout(patienceMs))
      await deps.begin(app.github)
      created = app
      logger.info({ appId: app.id, slug: app.slug }, 'the GitHub App was created: the server works as it')
      return null
    } catch (error) {
      logger.error({ err: error }, 'the GitHub App could not be taken over')
      if (!(error instanceof ForgeError)) return answers.notKept(webUrl)
      return error.retry.kind === 'after' ? answers.notNow : answers.refused(webUrl)
    }
  }

  /** On to `path`, with a cookie in place of the secrets in the address. */
  function enter(response: ServerResponse, path: string): Promise<void> {
    return send(response, answers.goOn(path), {
      Location: path,
      'Set-Cookie': sessions.begin(deps.publicUrl()),
    })
  }

  const pages: PageHandler = async (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s)
    if (!(Object.values(setupPaths) as string[]).includes(path)) return false
    if (created && !sessions.has(request)) return false
    if (query.length > longestAddress) await send(response, answers.tooLong)
    else if (request.method !== 'GET')
      await send(response, answers.onlyGet, { Allow: 'GET', Connection: 'close' })
    else if (created && path === setupPaths.done)
      await sendPage(response, 200, donePage({ ...deps, ...created }))
    else if (created) await enter(response, setupPaths.done)
    else if (path === setupPaths.start) await start(new URLSearchParams(query), request, response)
    else if (path === setupPaths.callback) await callback(new URLSearchParams(query), response)
    else await send(response, answers.noLink)
    return true
  }
  return { pages, announce }
}

function send(
  response: ServerResponse,
  { status, page }: Answer,
  headers: Record<string, string> = {},
): Promise<void> {
  return sendPage(response, status, page, { headers })
}
