import { GitError } from './repository.ts'

interface Rule {
  readonly says: RegExp
  readonly code: GitError['code']
  /** Whether the same request may succeed later. */
  readonly passing: boolean
}

/** git tells what went wrong in words only. First match wins; the words are those of LC_ALL=C. */
const rules: readonly Rule[] = [
  { says: /not our ref|couldn't find remote ref|no such remote ref/i, code: 'not-found', passing: false },
  {
    says: /Authentication failed|could not read (Username|Password)|terminal prompts disabled|returned error: 40[13]|HTTP Basic: Access denied/i,
    code: 'unauthorized',
    passing: false,
  },
  {
    says: /repository '.*' not found|Repository not found|returned error: 404|does not appear to be a git repository|repository .* does not exist/i,
    code: 'not-found',
    passing: false,
  },
  {
    says: /Could not resolve (host|proxy)|Failed to connect|Connection (refused|reset|timed out)|Operation (timed out|too slow)|returned error: (429|5\d\d)|early EOF|unexpected disconnect|RPC failed|Empty reply|SSL|TLS|the remote end hung up/i,
    code: 'unreachable',
    passing: true,
  },
  {
    says: /Not a valid object name|bad object|bad revision|unrelated histories|is not a (commit|tree)|transport '.*' not allowed|unable to update url base/i,
    code: 'invalid',
    passing: false,
  },
]

/** Turns what git printed into an error for people: the operation, and git's own last words. */
export function gitErrorFrom(attempted: string, printed: string, secrets: readonly string[]): GitError {
  const words = lastWords(cleansed(printed, secrets))
  const rule = rules.find(it => it.says.test(printed))
  return new GitError(rule?.code ?? 'failed', `could not ${attempted}: ${words}`, rule?.passing ?? false)
}

const longestWords = 600

function lastWords(printed: string): string {
  const lines = printed
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
  const telling = lines.filter(line => /^(fatal|error|remote):/i.test(line))
  const words = (telling.length > 0 ? telling : lines).slice(-3).join('; ')
  return words.length > longestWords ? `${words.slice(0, longestWords)}...` : words || 'git said nothing'
}

function cleansed(printed: string, secrets: readonly string[]): string {
  const named = secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, '***'), printed)
  return named.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}
