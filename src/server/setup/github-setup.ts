import type { GitHubApp } from '../github-service.ts'
import type { AppDraft } from './app-draft.ts'

/** What a server that has no GitHub App needs to get one. */
export interface GitHubSetup {
  readonly draft: AppDraft
  /** Of GitHub, without trailing slash, e.g. `https://github.com`. */
  readonly webUrl: string
  /** The file that {@link create} keeps the credentials in, for people to read about. */
  readonly keptIn: string
  /**
   * Exchanges the code of GitHub's answer for the App's credentials and keeps them. A code is good once. Rejects with ForgeError when
   * GitHub does not give them, with any other error when they cannot be kept.
   */
  create(code: string, signal: AbortSignal): Promise<CreatedApp>
}

export interface CreatedApp {
  readonly id: number
  readonly name: string
  readonly slug: string
  readonly github: GitHubApp
}
