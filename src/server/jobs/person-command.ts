/** What a person asks for in a comment. */
export type PersonCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'plan'; readonly application: string | null }
  /** `sync [APPLICATION] [--confirm-prune]` */
  | { readonly kind: 'sync'; readonly application: string | null; readonly confirmPrune: boolean }
  /** `revert [KIND/NAME]`, and the like */
  | { readonly kind: 'revert' | 'adopt' | 'ignore'; readonly object: string | null }
  /** `rollback [APPLICATION] [to REVISION]` */
  | { readonly kind: 'rollback'; readonly application: string | null; readonly to: string | null }
  | { readonly kind: 'unknown' }

/** Reads a comment's first line; null when it is not meant for us. */
export function personCommand(comment: string): PersonCommand | null {
  const [line = ''] = comment.split(/\r?\n/, 1)
  const [name, verb, ...rest] = line.trimEnd().split(/\s+/)
  if (name?.toLowerCase() !== '/plumbline') return null
  switch (verb?.toLowerCase()) {
    case undefined:
    case 'help':
      return { kind: 'help' }
    case 'plan':
      if (rest.length > 1) return { kind: 'unknown' }
      return { kind: 'plan', application: rest[0] ?? null }
    case 'sync':
      return sync(rest)
    case 'revert':
      return ofObject('revert', rest)
    case 'adopt':
      return ofObject('adopt', rest)
    case 'ignore':
      return ofObject('ignore', rest)
    case 'rollback':
      return rollback(rest)
    default:
      return { kind: 'unknown' }
  }
}

function sync(words: readonly string[]): PersonCommand {
  const [application = null, ...more] = words.filter(it => it !== confirmFlag)
  if (more.length > 0 || application?.startsWith('-')) return { kind: 'unknown' }
  return { kind: 'sync', application, confirmPrune: words.includes(confirmFlag) }
}

/** `KIND/NAME`, or `KIND/NAMESPACE/NAME` where one name is in several. */
function ofObject(kind: 'revert' | 'adopt' | 'ignore', words: readonly string[]): PersonCommand {
  const [object = null, ...more] = words
  const isObject = object === null || /^[A-Za-z][A-Za-z0-9]*(?:\/[^/]+){1,2}$/.test(object)
  return more.length > 0 || !isObject ? { kind: 'unknown' } : { kind, object }
}

/** As on the command line. */
const confirmFlag = '--confirm-prune'

function rollback(words: readonly string[]): PersonCommand {
  const at = words.findIndex(it => it.toLowerCase() === 'to')
  const [application = null, ...more] = at === -1 ? words : words.slice(0, at)
  const [to = null, ...tooMany] = at === -1 ? [] : words.slice(at + 1)
  if (more.length > 0 || tooMany.length > 0 || (at !== -1 && to === null)) return { kind: 'unknown' }
  return { kind: 'rollback', application, to }
}
