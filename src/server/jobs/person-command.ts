/** What a person asks for in a comment. */
export type PersonCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'plan' | 'sync'; readonly application: string | null }
  | { readonly kind: 'revert' }
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
    case 'sync':
      if (rest.length > 1) return { kind: 'unknown' }
      return { kind: verb.toLowerCase() as 'plan' | 'sync', application: rest[0] ?? null }
    case 'revert':
      return rest.length > 0 ? { kind: 'unknown' } : { kind: 'revert' }
    default:
      return { kind: 'unknown' }
  }
}
