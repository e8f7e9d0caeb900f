import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Probot } from 'probot'
import type { Forge, ForgeEvent } from '../forge/forge.ts'
import { type AppDeps, plumblineApp } from './app.ts'
import type { Forges } from './forges.ts'
import { answer } from './http/answer.ts'
import { receiveWebhook } from './http/webhook-route.ts'

/** A GitHub App with its credentials. */
export interface GitHubApp {
  readonly probot: Probot
  readonly forge: Forge
  readonly eventFrom: (name: string, payload: unknown) => ForgeEvent
}

/** The GitHub App as which the server works: none at first where it is still to be set up. */
export interface GitHubService {
  /** Works as this App from now on. Once. */
  begin(app: GitHubApp): Promise<void>
  receive(request: IncomingMessage, response: ServerResponse): Promise<void>
}

export function createGitHubService(
  deps: Omit<AppDeps, 'eventFrom' | 'factsIn'> & { readonly forges: Forges },
): GitHubService {
  let current: GitHubApp | null = null
  return {
    async begin(app) {
      await app.probot.load(plumblineApp({ ...deps, eventFrom: app.eventFrom, factsIn: app.forge.factsIn }))
      deps.forges.add(app.forge)
      current = app
    },
    async receive(request, response) {
      if (!current) return answer(response, 404, 'no GitHub App is configured', { close: true })
      await receiveWebhook({ probot: current.probot, logger: deps.logger }, request, response)
    },
  }
}
