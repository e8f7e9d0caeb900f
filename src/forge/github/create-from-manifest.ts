import { ProbotOctokit } from 'probot'
import { z } from 'zod'
import { ForgeError } from '../forge.ts'
import { toForgeError } from './errors.ts'

/** Everything that GitHub hands out when an App is created, and never again. */
export interface GitHubAppCredentials {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly clientId: string
  readonly clientSecret: string
  readonly webhookSecret: string
  /** PEM. */
  readonly privateKey: string
}

const answerSchema = z
  .object({
    id: z.int().positive(),
    slug: z.string().min(1),
    name: z.string().min(1),
    client_id: z.string(),
    client_secret: z.string(),
    webhook_secret: z.string().min(1),
    pem: z.string().min(1),
  })
  .transform(
    (it): GitHubAppCredentials => ({
      id: it.id,
      slug: it.slug,
      name: it.name,
      clientId: it.client_id,
      clientSecret: it.client_secret,
      webhookSecret: it.webhook_secret,
      privateKey: it.pem,
    }),
  )

/**
 * The last step of the manifest flow: exchanges the code that GitHub led back with, good once and for an hour, for the App's
 * credentials. Neither is ever logged. Rejects with {@link ForgeError}.
 */
export async function createFromManifest(
  apiUrl: string,
  code: string,
  signal: AbortSignal,
): Promise<GitHubAppCredentials> {
  const attempted = 'exchange the code of the new GitHub App for its credentials'
  const octokit = new ProbotOctokit({
    baseUrl: apiUrl,
    log: silent,
    throttle: { enabled: false },
    retry: { enabled: false },
  })
  const answer = await octokit.rest.apps
    .createFromManifest({ code, request: { signal } })
    .catch((error: unknown) => {
      throw withoutRequest(attempted, toForgeError(attempted, error))
    })
  const parsed = answerSchema.safeParse(answer.data)
  if (!parsed.success) throw new ForgeError('server', attempted, { kind: 'never' }, parsed.error)
  return parsed.data
}

/** The vendor's error names the address, and the code in it, which may still be good. */
function withoutRequest(attempted: string, error: ForgeError): ForgeError {
  const message = error.cause instanceof Error ? error.cause.message : String(error.cause)
  return new ForgeError(error.code, attempted, error.retry, new Error(message))
}

const nothing = (): void => {}
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
