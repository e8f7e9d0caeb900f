import type { Logger } from 'pino'
import { createProbot, type Probot } from 'probot'
import { eventFrom } from '../forge/github/events.ts'
import { createGitHubForge } from '../forge/github/github-forge.ts'
import { createGitHubSignIn } from '../forge/github/sign-in.ts'
import type { ForgeSignIn } from '../forge/sign-in.ts'
import { pacedOctokit } from '../forge/github/paced-octokit.ts'
import { InvalidInputError, type Problem } from '../model/problem.ts'
import type { GitHubApp } from '../server/github-service.ts'
import { type KeptGitHubApp, keptGitHubAppFile, readGitHubApp } from './kept-github-app.ts'

/** Where GitHub is, by Probot's GHE_HOST and GHE_PROTOCOL. Without trailing slash. */
export function gitHubAddress(env: NodeJS.ProcessEnv): { readonly webUrl: string; readonly apiUrl: string } {
  if (!env.GHE_HOST) return { webUrl: 'https://github.com', apiUrl: 'https://api.github.com' }
  const webUrl = `${env.GHE_PROTOCOL || 'https'}://${env.GHE_HOST}`
  return { webUrl, apiUrl: `${webUrl}/api/v3` }
}

/**
 * The GitHub App that is configured: from Probot's environment variables, else the one that the setup kept in the data folder, else
 * null. Throws InvalidInputError that names every variable that is missing when some are set.
 */
export async function configuredGitHub(
  env: NodeJS.ProcessEnv,
  dataFolder: string,
  logger: Logger,
): Promise<GitHubApp | null> {
  const key = env.PRIVATE_KEY ?? env.PRIVATE_KEY_PATH
  const given = { APP_ID: env.APP_ID, PRIVATE_KEY: key, WEBHOOK_SECRET: env.WEBHOOK_SECRET }
  const missing = Object.entries(given).filter(([, value]) => !value)
  if (missing.length === 0) return gitHubFrom(env, logger)
  if (missing.length < Object.keys(given).length) {
    throw new InvalidInputError(missing.map(([name]) => missingVariable(name)))
  }
  const file = keptGitHubAppFile(dataFolder)
  const kept = await readGitHubApp(file)
  if (!kept) return null
  if (kept.webUrl !== gitHubAddress(env).webUrl) throw new InvalidInputError([otherGitHub(file, kept.webUrl)])
  return keptGitHub(kept, env, logger)
}

/** The App that the setup created. */
export function keptGitHub(kept: KeptGitHubApp, env: NodeJS.ProcessEnv, logger: Logger): GitHubApp {
  const app = {
    APP_ID: String(kept.id),
    PRIVATE_KEY: kept.privateKey,
    WEBHOOK_SECRET: kept.webhookSecret,
    GITHUB_CLIENT_ID: kept.clientId,
    GITHUB_CLIENT_SECRET: kept.clientSecret,
  }
  return gitHubFrom({ ...env, ...app }, logger)
}

function gitHubFrom(env: NodeJS.ProcessEnv, logger: Logger): GitHubApp {
  const probot: Probot = createProbot({
    env,
    overrides: { log: logger.child({ part: 'probot' }), Octokit: pacedOctokit() },
  })
  const forge = createGitHubForge({
    webUrl: gitHubAddress(env).webUrl,
    appId: Number(env.APP_ID),
    authenticate: installation => probot.auth(installation),
    signIn: signInFrom(env),
  })
  return { probot, forge, eventFrom: (name, payload) => eventFrom(name, payload) }
}

/** Null when neither variable is set: then the unguessable address of a page is all that it takes. */
function signInFrom(env: NodeJS.ProcessEnv): ForgeSignIn | null {
  const given = { GITHUB_CLIENT_ID: env.GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET: env.GITHUB_CLIENT_SECRET }
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = given
  if (clientId && clientSecret) return createGitHubSignIn({ ...gitHubAddress(env), clientId, clientSecret })
  if (!clientId && !clientSecret) return null
  throw new InvalidInputError(
    Object.entries(given)
      .filter(([, value]) => !value)
      .map(([name]) => ({
        code: 'missing-setting',
        message: `${name} is not set, while its counterpart is`,
        location: null,
        hint: "take it from the App's settings page, or unset both: then nobody signs in to see plans",
      })),
  )
}

function missingVariable(name: string): Problem {
  return {
    code: 'missing-setting',
    message: `${name} is not set, while other settings of the GitHub App are`,
    location: null,
    hint: "take it from the App's settings page, or unset all of APP_ID, PRIVATE_KEY and WEBHOOK_SECRET to create an App",
  }
}

function otherGitHub(file: string, webUrl: string): Problem {
  return {
    code: 'other-github',
    message: `holds a GitHub App of ${webUrl}, which is not the GitHub that GHE_HOST and GHE_PROTOCOL name`,
    location: { file, line: null },
    hint: 'name that one, or move the file away to create an App here',
  }
}
