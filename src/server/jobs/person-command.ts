import { closest } from '../../repository/closest.ts'

/** What a person asks for in a comment. */
export type PersonCommand =
  | { readonly kind: 'help' }
  /** `plan [APPLICATION]` */
  | { readonly kind: 'plan'; readonly application: string | null }
  /** `sync [APPLICATION] [--confirm-prune]` */
  | { readonly kind: 'sync'; readonly application: string | null; readonly confirmPrune: boolean }
  /** `approve [ENVIRONMENT] [at COMMIT]` */
  | { readonly kind: 'approve'; readonly environment: string | null; readonly at: string | null }
  | { readonly kind: 'unlock' }
  /** `revert [KIND/NAME]`, and the like */
  | { readonly kind: 'revert' | 'adopt' | 'ignore'; readonly object: string | null }
  /** `rollback [APPLICATION] [to REVISION]` */
  | { readonly kind: 'rollback'; readonly application: string | null; readonly to: string | null }
  /** A command of ours, with words that it does not take. `usage` is how it is written. */
  | { readonly kind: 'misused'; readonly usage: string }
  /** `meant`: the command that it may have been meant to be. */
  | { readonly kind: 'unknown'; readonly meant: string | null }

/** How each is written. */
const usages = {
  help: 'help',
  plan: 'plan [APPLICATION]',
  sync: 'sync [APPLICATION] [--confirm-prune]',
  approve: 'approve [ENVIRONMENT] [at COMMIT]',
  rollback: 'rollback [APPLICATION] [to REVISION]',
  revert: 'revert [KIND/NAME]',
  adopt: 'adopt [KIND/NAME]',
  ignore: 'ignore [KIND/NAME]',
  unlock: 'unlock',
} as const

type Verb = keyof typeof usages

/** No name of ours is longer, nor is a line that is meant as a command. */
const longestLine = 400

/**
 * Reads a comment's first line; null when it is not meant for us. Only ASCII is read as a command: what merely looks like one of its
 * letters, or like a space, is none.
 */
export function personCommand(comment: string): PersonCommand | null {
  const [line = ''] = comment.split(/[\r\n]/, 1)
  const found = /^\/plumbline(?:[ \t]+(.*))?$/is.exec(line.slice(0, longestLine + 1).replace(/[ \t]+$/, ''))
  if (!found) return null
  if (line.length > longestLine) return { kind: 'unknown', meant: null }
  const [said = 'help', ...rest] = (found[1] ?? '').split(/[ \t]+/).filter(Boolean)
  // Of ASCII alone: lower case of the Kelvin sign would be a "k".
  const verb = said.replace(/[A-Z]/g, it => it.toLowerCase())
  if (!isVerb(verb)) return { kind: 'unknown', meant: closest(verb, Object.keys(usages), 2) }
  return read(verb, rest) ?? { kind: 'misused', usage: `/plumbline ${usages[verb]}` }
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(usages, word)
}

function read(verb: Verb, words: readonly string[]): PersonCommand | null {
  const [first = null, ...more] = words
  switch (verb) {
    case 'help':
      return { kind: 'help' }
    case 'unlock':
      return words.length > 0 ? null : { kind: 'unlock' }
    case 'plan':
      return more.length > 0 || isFlag(first) ? null : { kind: 'plan', application: first }
    case 'sync':
      return sync(words)
    case 'approve': {
      const { name, rest } = nameAnd(words, 'at')
      return rest === null || isFlag(name) || !/^([0-9a-f]{7,64})?$/.test(rest)
        ? null
        : { kind: 'approve', environment: name, at: rest || null }
    }
    case 'rollback': {
      const { name, rest } = nameAnd(words, 'to')
      return rest === null || isFlag(name) ? null : { kind: 'rollback', application: name, to: rest || null }
    }
    case 'revert':
    case 'adopt':
    case 'ignore': {
      const isObject = first === null || /^[A-Za-z][A-Za-z0-9]*(?:\/[^/]+){1,2}$/.test(first)
      return more.length > 0 || !isObject ? null : { kind: verb, object: first }
    }
  }
}

/** As on the command line. */
const confirmFlag = '--confirm-prune'

function sync(words: readonly string[]): PersonCommand | null {
  const [application = null, ...more] = words.filter(it => it !== confirmFlag)
  if (more.length > 0 || isFlag(application)) return null
  return { kind: 'sync', application, confirmPrune: words.includes(confirmFlag) }
}

function isFlag(word: string | null): boolean {
  return word?.startsWith('-') ?? false
}

/** `[NAME] [KEYWORD REST]`: `rest` is empty where it is not said, and null where there is more or less than that. */
function nameAnd(
  words: readonly string[],
  keyword: string,
): { readonly name: string | null; readonly rest: string | null } {
  const at = words.findIndex(it => it.toLowerCase() === keyword)
  const [name = null, ...more] = at === -1 ? words : words.slice(0, at)
  const [rest = null, ...tooMany] = at === -1 ? [''] : words.slice(at + 1)
  return { name, rest: more.length > 0 || tooMany.length > 0 ? null : rest }
}
