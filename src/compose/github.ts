import type { Logger } from 'pino'
import { createProbot, type Probot } from 'probot'
import { eventFrom } from '../forge/github/events.ts'
import { createGitHubForge } from '../forge/github/github-forge.ts'
import { pacedOctokit } from '../forge/github/paced-octokit.ts'
import { InvalidInputError, type Problem } from '../model/problem.ts'
import type { ServerOptions } from '../server/server.ts'

/**
 * The GitHub App from Probot's environment variables; null when none is set. Throws InvalidInputError that names every
 * variable that is missing when some are.
 */
export function githubFrom(env: NodeJS.ProcessEnv, logger: Logger): ServerOptions['github'] {
  const key = env.PRIVATE_KEY ?? env.PRIVATE_KEY_PATH
  const given = { APP_ID: env.APP_ID, PRIVATE_KEY: key, WEBHOOK_SECRET: env.WEBHOOK_SECRET }
  const missing = Object.entries(given).filter(([, value]) => !value)
  if (missing.length === Object.keys(given).length) return null
  if (missing.length > 0) throw new InvalidInputError(missing.map(([name]) => missingVariable(name)))
  const probot: Probot = createProbot({
    env,
    overrides: { log: logger.child({ part: 'probot' }), Octokit: pacedOctokit() },
  })
  const webUrl = env.GHE_HOST ? `${env.GHE_PROTOCOL || 'https'}://${env.GHE_HOST}` : 'https://github.com'
  const forge = createGitHubForge({
    webUrl,
    appId: Number(env.APP_ID),
    authenticate: installation => probot.auth(installation),
  })
  return { probot, forge, eventFrom: (name, payload) => eventFrom(name, payload) }
}

function missingVariable(name: string): Problem {
  return {
    code: 'missing-setting',
    message: `${name} is not set, while other settings of the GitHub App are`,
    location: null,
    hint: "take it from the App's settings page, or unset all of APP_ID, PRIVATE_KEY and WEBHOOK_SECRET to create an App",
  }
}
