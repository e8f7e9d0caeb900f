import { z } from 'zod'
import { ForgeError } from '../forge.ts'
import type { ForgeSignIn, Person } from '../sign-in.ts'

export interface GitHubSignInDeps {
  /** Without trailing slash, e.g. `https://github.com`. */
  readonly webUrl: string
  readonly apiUrl: string
  /** Of the GitHub App. */
  readonly clientId: string
  readonly clientSecret: string
}

/** As GitHub answers, with status 200 also when it refuses. */
const tokenAnswer = z.union([
  z.object({ access_token: z.string().min(1) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
])
const userAnswer = z.object({ id: z.int().positive(), login: z.string().min(1) })

/**
 * Signing in as a user of a GitHub App: "Generating a user access token for a GitHub App", web application flow. The token says who
 * it is, and nothing else is done with it: what they may see is asked as the App, again and again, not once as the user.
 */
export function createGitHubSignIn({
  webUrl,
  apiUrl,
  clientId,
  clientSecret,
}: GitHubSignInDeps): ForgeSignIn {
  return {
    authorizeUrl({ state, challenge, redirectUrl }) {
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUrl,
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      return `${webUrl}/login/oauth/authorize?${query.toString()}`
    },
    async personWith({ code, verifier, redirectUrl }, signal) {
      const attempted = 'exchange the code of a sign-in'
      const answer = await ask(attempted, `${webUrl}/login/oauth/access_token`, tokenAnswer, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams({
          client_id: clientId,
          client_secret: clientSecret,
          code,
          redirect_uri: redirectUrl,
          code_verifier: verifier,
        }),
        signal,
      })
      if ('access_token' in answer) return whoHas(apiUrl, answer.access_token, signal)
      if (answer.error === 'bad_verification_code') return null
      // Wrong credentials or callback address: somebody has to mend the App's settings.
      throw new ForgeError(
        'unauthorized',
        attempted,
        never,
        new Error(answer.error_description ?? answer.error),
      )
    },
  }
}

async function whoHas(apiUrl: string, token: string, signal: AbortSignal): Promise<Person> {
  const { id, login } = await ask('ask who signed in', `${apiUrl}/user`, userAnswer, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
    signal,
  })
  return { id: String(id), login }
}

const never = { kind: 'never' } as const

/** No error has the request in it, with the secrets that it carries. */
async function ask<Answer>(
  attempted: string,
  url: string,
  schema: z.ZodType<Answer>,
  request: RequestInit,
): Promise<Answer> {
  const response = await fetch(url, { ...request, redirect: 'error' }).catch((cause: unknown) => {
    throw new ForgeError('unreachable', attempted, { kind: 'after', seconds: 10 }, cause)
  })
  const text = await response.text()
  if (!response.ok) {
    const isTheirs = response.status >= 500 || response.status === 429
    const retry = isTheirs ? ({ kind: 'after', seconds: 15 } as const) : never
    throw new ForgeError('server', attempted, retry, new Error(`status ${response.status}`))
  }
  const parsed = schema.safeParse(json(text))
  if (!parsed.success) throw new ForgeError('server', attempted, never, new Error('an unknown answer'))
  return parsed.data
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}
