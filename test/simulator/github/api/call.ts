import type { operations } from '@octokit/openapi-types'
import type { Actor } from '../actions/actor.ts'
import type { Principal } from '../auth/principal.ts'
import type { Tokens } from '../auth/tokens.ts'
import { notFound } from '../failure.ts'
import type { Limits } from '../limits.ts'
import { type Issue, isPullRequest, type PullRequest, type Repository } from '../state.ts'
import type { Deliverer } from '../webhooks/deliverer.ts'
import type { World } from '../world.ts'

type BodyOf<Id extends keyof operations> = operations[Id] extends { requestBody?: infer Request }
  ? NonNullable<Request> extends { content: { 'application/json': infer Body } }
    ? Body
    : undefined
  : undefined

type ParametersOf<Id extends keyof operations, Place extends string> = operations[Id] extends {
  parameters: infer All
}
  ? All extends { [Key in Place]?: infer Parameters }
    ? Numbers<NonNullable<Parameters>>
    : unknown
  : unknown

/** The published types allow bigint where JSON has a number. */
type Numbers<T> = { readonly [Key in keyof T]: Exclude<T[Key], bigint> }

/** One request, checked against the description and authorised. */
export interface Call<Id extends keyof operations> {
  readonly world: World
  readonly tokens: Tokens
  readonly limits: Limits
  readonly deliverer: Deliverer
  readonly principal: Principal
  readonly actor: Actor
  /** The repository that the path names. Reading it where there is none answers 404. */
  readonly repository: Repository
  readonly path: ParametersOf<Id, 'path'>
  readonly query: ParametersOf<Id, 'query'>
  readonly body: BodyOf<Id>
  /** The media type asked for: `json`, `diff`, `raw`. */
  readonly accept: 'json' | 'diff' | 'raw'
  /** The URL as it came, for links to other pages. */
  readonly url: URL
}

export interface Answer {
  readonly status: number
  /** JSON, or text when `type` is given. */
  readonly body?: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What answers each operation. */
export type Handlers = {
  readonly [Id in keyof operations]?: (call: Call<Id>) => Answer | Promise<Answer>
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }

export function issueOf(call: { readonly repository: Repository }, number: number): Issue {
  const issue = call.repository.issues.get(number)
  if (!issue) throw notFound()
  return issue
}

export function pullOf(call: { readonly repository: Repository }, number: number): PullRequest {
  const issue = issueOf(call, number)
  if (!isPullRequest(issue)) throw notFound()
  return issue
}
