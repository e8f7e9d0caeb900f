import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Actor, asApp, asUser } from '../actions/actor.ts'
import { acceptedHeader, authorize } from '../auth/authorize.ts'
import type { Principal } from '../auth/principal.ts'
import type { Tokens } from '../auth/tokens.ts'
import type { Contract, Route } from '../contract/contract.ts'
import { ApiFailure, notFound } from '../failure.ts'
import type { Faults } from '../faults.ts'
import { readBody } from '../http/read-body.ts'
import { type Limits, rateHeaders } from '../limits.ts'
import { fullName, type Repository } from '../state.ts'
import type { Deliverer } from '../webhooks/deliverer.ts'
import { findRepository, type World } from '../world.ts'
import type { Answer, Call } from './call.ts'
import { handlers } from './handlers.ts'

/** One request that the REST API answered, for tests that count effects at the forge. */
export interface RequestRecord {
  readonly id: string
  readonly method: string
  /** As in the description: `/repos/{owner}/{repo}/issues`; the path itself for an unknown route. */
  readonly route: string
  /** The operationId; undefined for an unknown route. */
  readonly operation: string | undefined
  readonly path: string
  readonly status: number
  readonly at: string
  /** Milliseconds. */
  readonly duration: number
  readonly by: Principal['kind']
}

export interface ApiParts {
  readonly world: World
  readonly contract: Contract
  readonly tokens: Tokens
  readonly limits: Limits
  readonly faults: Faults
  readonly deliverer: Deliverer
  readonly requests: RequestRecord[]
}

interface Pending {
  readonly id: string
  readonly url: URL
  readonly method: string
  principal: Principal
  route: Route | undefined
}

type AnyHandler = (call: Call<never>) => Answer | Promise<Answer>

/** What the app itself, with its JWT, may ask about a repository. */
const forApp = new Set(['apps/get-repo-installation'])

/** Operations about the limits themselves; they count for nothing. */
const free = new Set(['rate-limit/get'])

/** Answers the REST API below `/api/v3`. */
export function createApi(parts: ApiParts) {
  const { world, contract, limits, requests } = parts

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const started = performance.now()
    const pending: Pending = {
      id: randomBytes(12).toString('hex').toUpperCase(),
      url,
      method: request.method ?? 'GET',
      principal: { kind: 'anonymous' },
      route: undefined,
    }
    const answer = await perform(request, pending).catch(failed)
    const sent = conditional(request, pending, answer)
    send(response, sent, { ...headersOf(pending), ...sent.headers })
    requests.push({
      id: pending.id,
      method: pending.method,
      route: pending.route?.template ?? url.pathname,
      operation: pending.route?.operation,
      path: `${url.pathname}${url.search}`,
      status: sent.status,
      at: world.now().toISOString(),
      duration: Math.round(performance.now() - started),
      by: pending.principal.kind,
    })
  }

  async function perform(request: IncomingMessage, pending: Pending): Promise<Answer> {
    const body = parseJson(await readBody(request))
    pending.route = contract.route(pending.method, pending.url.pathname.slice('/api/v3'.length) || '/')
    pending.principal = await parts.tokens.authenticate(request.headers.authorization)
    const { route, principal } = pending
    if (!route) throw notFound()
    if (!free.has(route.operation)) limits.take(principal, route.operation, pending.method)
    const fault = parts.faults.takeOperation(route.operation)
    if (fault?.kind === 'delay') await sleep(fault.milliseconds)
    if (fault?.kind === 'before') throw new ApiFailure(fault.status, 'Server Error')
    const answer = await answerTo(request, pending, route, body)
    if (fault?.kind === 'after') throw new ApiFailure(fault.status, 'Server Error')
    return answer
  }

  async function answerTo(
    request: IncomingMessage,
    pending: Pending,
    route: Route,
    body: unknown,
  ): Promise<Answer> {
    const { principal } = pending
    const moved = movedTo(world, route, pending)
    if (moved) return moved
    const repository = repositoryOf(world, route)
    if (repository && !forApp.has(route.operation)) authorize(route.operation, principal, repository)
    const query = Object.fromEntries(pending.url.searchParams)
    const checked = contract.checkRequest(route.operation, { path: route.path, query, body })
    if (checked.problems.length > 0) {
      throw new ApiFailure(422, `Invalid request.\n\n${checked.problems.join('\n')}`)
    }
    const handler = (handlers as Readonly<Record<string, AnyHandler | undefined>>)[route.operation]
    if (!handler) throw new Error(`the simulator has no ${route.operation} yet`)
    return await handler({
      ...parts,
      principal,
      actor: actorOf(world, principal),
      get repository() {
        if (!repository) throw notFound()
        return repository
      },
      // The description has just been held against these, and the handler's types come from it.
      path: checked.path,
      query: checked.query,
      body: body as never,
      accept: mediaType(request.headers.accept),
      url: pending.url,
    })
  }

  function conditional(request: IncomingMessage, pending: Pending, answer: Answer): Answer {
    const { route, principal } = pending
    if (route && answer.type === undefined)
      contract.checkResponse(route.operation, answer.status, answer.body)
    if (pending.method !== 'GET' || answer.status !== 200) return answer
    const ETag = `W/"${createHash('sha256').update(serialise(answer)).digest('hex')}"`
    const headers = { ...answer.headers, ETag }
    if (request.headers['if-none-match'] !== ETag) return { ...answer, headers }
    limits.giveBack(principal)
    return { status: 304, headers }
  }

  function headersOf(pending: Pending): Record<string, string> {
    return {
      ...rateHeaders(limits.state(pending.principal)),
      ...(pending.route ? acceptedHeader(pending.route.operation) : {}),
      'X-GitHub-Request-Id': pending.id,
      'X-GitHub-Media-Type': 'github.v3; format=json',
      'Cache-Control': 'private, max-age=60, s-maxage=60',
      Vary: 'Accept, Authorization, Cookie, X-GitHub-OTP',
    }
  }
}

/** Words a failure as an answer. A bug of the simulator is an answer too, and says so. */
function failed(error: unknown): Answer {
  if (error instanceof ApiFailure) return { status: error.status, body: error.body, headers: error.headers }
  process.stderr.write(`GitHub simulator: ${error instanceof Error ? error.stack : String(error)}\n`)
  return { status: 500, body: { message: 'Server Error', documentation_url: '', status: '500' } }
}

function actorOf(world: World, principal: Principal): Actor {
  return principal.kind === 'user' ? asUser(principal.user) : asApp(world)
}

function repositoryOf(world: World, route: Route): Repository | undefined {
  const { owner, repo } = route.path
  return owner === undefined || repo === undefined ? undefined : findRepository(world, owner, repo)
}

/** A former name: GitHub redirects, for good where nothing is written. */
function movedTo(world: World, route: Route, { url, method }: Pending): Answer | undefined {
  const { owner, repo } = route.path
  if (owner === undefined || repo === undefined || repositoryOf(world, route)) return undefined
  const repository = world.formerNames.get(`${owner}/${repo}`.toLowerCase())
  if (!repository) return undefined
  const Location = url.href.replace(`/repos/${owner}/${repo}`, `/repos/${fullName(repository)}`)
  const body = JSON.stringify({ message: 'Moved Permanently', url: Location })
  return {
    status: method === 'GET' ? 301 : 307,
    body,
    type: 'application/json; charset=utf-8',
    headers: { Location },
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiFailure(400, 'Problems parsing JSON')
    throw error
  }
}

function mediaType(accept: string | undefined): 'json' | 'diff' | 'raw' {
  const asked = /application\/vnd\.github\.(?:v3\.)?(diff|raw)/.exec(accept ?? '')?.[1]
  return asked === 'diff' || asked === 'raw' ? asked : 'json'
}

const serialise = (answer: Answer): string | Buffer =>
  answer.type === undefined ? JSON.stringify(answer.body) : (answer.body as string | Buffer)

function send(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  if (answer.body === undefined) {
    response.writeHead(answer.status, headers).end()
    return
  }
  const type = answer.type ?? 'application/json; charset=utf-8'
  response.writeHead(answer.status, { ...headers, 'Content-Type': type }).end(serialise(answer))
}
