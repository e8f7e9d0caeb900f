import { createHash } from 'node:crypto'
import type { Check, ForgeRepository } from '../../forge/forge.ts'
import type { Revision } from '../../model/repository.ts'
import type { Store } from '../store/store.ts'

/**
 * Brings the checks of one commit to what is wanted; unchanged ones are not sent. Idempotent.
 */
export async function sendChecks(
  deps: { readonly store: Store; readonly forge: ForgeRepository },
  wanted: {
    readonly repository: string
    readonly revision: Revision
    readonly checks: readonly Check[]
    /** They are all that there is to say of the commit: what else was sent ends as neutral. */
    readonly isAll: boolean
  },
  signal: AbortSignal,
): Promise<void> {
  const { repository, revision, checks, isAll } = wanted
  const sent = await deps.store.checks.of(repository, revision)
  const names = new Set(checks.map(it => it.name))
  const others = isAll ? [...sent.keys()].filter(name => !names.has(name)) : []
  const obsolete = others.map(name => noLongerOurs(name, revision))
  // The aggregate comes first in `checks`, and is sent last: it may turn green only when all the others did.
  for (const check of [...checks, ...obsolete].toReversed()) {
    const contentHash = createHash('sha256').update(JSON.stringify(check)).digest('hex')
    const before = sent.get(check.name)
    if (before?.contentHash === contentHash) continue
    const id = await deps.forge.upsertCheck(check, before?.id ?? null, signal)
    await deps.store.checks.save({ repository, revision, name: check.name, id, contentHash })
  }
}

function noLongerOurs(name: string, revision: Revision): Check {
  return {
    name,
    revision,
    state: { kind: 'completed', conclusion: 'neutral' },
    title: 'No longer touched',
    summary: 'This pull request does not touch this application any more.',
    annotations: [],
    detailsUrl: null,
  }
}
