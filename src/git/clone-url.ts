import type { GitCredential } from '../model/repository.ts'
import { GitError } from './repository.ts'

/** Refuses what git would take for something else than a plain remote: other protocols, options, scp-like addresses. */
export function checkCloneUrl(cloneUrl: string, allowedProtocols: readonly string[]): URL {
  const url = URL.canParse(cloneUrl) ? new URL(cloneUrl) : null
  if (!url) {
    throw invalid(`"${cloneUrl}" is not a clone URL; give one such as https://github.com/acme/shop.git`)
  }
  const protocol = url.protocol.slice(0, -1)
  if (!allowedProtocols.includes(protocol)) {
    throw invalid(`clone URLs with ${protocol}: are not allowed here, only ${allowedProtocols.join(', ')}`)
  }
  if (url.username || url.password) {
    throw invalid(`the clone URL of ${url.host}${url.pathname} holds credentials; pass them separately`)
  }
  return url
}

/**
 * The credential as configuration in git's environment: not an argument, not a file. It is bound to the clone URL, and
 * redirects are not followed with it, because git would repeat the header to wherever it is sent.
 */
export function credentialEnvironment(
  url: URL,
  credential: GitCredential | null,
): Readonly<Record<string, string>> {
  if (!credential) return {}
  const basic = Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${url.origin}${url.pathname}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  }
}

/** What must never be shown of a credential. */
export function secretsOf(credential: GitCredential | null): readonly string[] {
  if (!credential) return []
  const { username, password } = credential
  return [password, Buffer.from(`${username}:${password}`).toString('base64')]
}

/** A branch, tag or HEAD; git's own rules, a little stricter. Source: git-check-ref-format(1). */
export function checkRefName(name: string): void {
  const fine =
    name.length <= 250 &&
    // oxlint-disable-next-line no-control-regex -- they are what is refused
    /^[^\s~^:?*[\\\u0000-\u001f\u007f]+$/.test(name) &&
    !/^[-/.]|\.\.|\/\/|\/\.|@\{|[/.]$|\.lock(\/|$)/.test(name)
  if (!fine) throw invalid(`"${name}" is not the name of a branch or tag`)
}

function invalid(message: string): GitError {
  return new GitError('invalid', message, false)
}
