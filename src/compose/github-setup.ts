import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { createFromManifest } from '../forge/github/create-from-manifest.ts'
import { packageFile } from '../model/package-file.ts'
import { parseAppDraft } from '../server/setup/app-draft.ts'
import type { GitHubSetup } from '../server/setup/github-setup.ts'
import { gitHubAddress, keptGitHub } from './github.ts'
import { keepGitHubApp, keptGitHubAppFile } from './kept-github-app.ts'

const appFile = packageFile('app.yml')

/** Creates the App that `app.yml` describes, on the GitHub of the environment, and keeps it in the data folder. */
export async function gitHubSetup(
  env: NodeJS.ProcessEnv,
  dataFolder: string,
  logger: Logger,
): Promise<GitHubSetup> {
  const { webUrl, apiUrl } = gitHubAddress(env)
  const file = keptGitHubAppFile(resolve(dataFolder))
  return {
    draft: parseAppDraft(await readFile(appFile, 'utf8')),
    webUrl,
    keptIn: file,
    async create(code, signal) {
      const app = { webUrl, ...(await createFromManifest(apiUrl, code, signal)) }
      await keepGitHubApp(file, app)
      const { id, name, slug } = app
      return { id, name, slug, github: keptGitHub(app, env, logger) }
    },
  }
}
