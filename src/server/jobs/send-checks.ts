import { createHash } from 'node:crypto'
import type { Check, CheckMemory, ForgeRepository } from '../../forge/forge.ts'
import type { Revision } from '../../model/repository.ts'
import type { SentCheck } from '../store/records/checks.ts'
import type { Store } from '../store/store.ts'
import { heldBackSeconds, type Pace } from './pace.ts'

/**
 * Brings the checks of one commit to what is wanted; unchanged ones are not sent. Idempotent. Returns in how many seconds to come again,
 * when some were edited too recently for this pace; null when all is sent. Without a pace nothing is held back.
 */
export async function sendChecks(
  deps: { readonly store: Store; readonly forge: ForgeRepository; readonly pace?: Pace },
  wanted: {
    readonly repository: string
    readonly revision: Revision
    readonly checks: readonly Check[]
    /** They are all that there is to say of the commit: what else was sent ends as neutral. */
    readonly isAll: boolean
  },
  signal: AbortSignal,
): Promise<number | null> {
  const { store, forge, pace } = deps
  const { repository, revision, checks, isAll } = wanted
  const sent = await store.checks.of(repository, revision)
  const names = new Set(checks.map(it => it.name))
  const others = isAll ? [...sent.keys()].filter(name => !names.has(name)) : []
  const obsolete = others.map(name => noLongerOurs(name, revision))
  let heldBack: number | null = null
  // The aggregate comes first in `checks`, and is sent last: it may turn green only when all the others did.
  for (const check of [...checks, ...obsolete].toReversed()) {
    const contentHash = hashOf(check)
    const before = sent.get(check.name)
    if (before?.id && before.contentHash === contentHash) continue
    const wait = pace && before?.id ? heldBackSeconds(pace, before.editedAt) : null
    if (wait !== null || (heldBack !== null && check === checks[0])) {
      heldBack = Math.max(heldBack ?? 0, wait ?? 0)
      continue
    }
    const about = { repository, revision, name: check.name }
    const isFirst = !before && (await store.checks.begin(about))
    const id = await forge.upsertCheck(check, isFirst ? neverSent : memoryOf(before, check), signal)
    await store.checks.save({
      ...about,
      id,
      contentHash,
      isCompleted: check.state.kind === 'completed',
      annotationsHash: annotationsHash(check),
      editedAt: before?.id === id ? (pace?.clock() ?? new Date()).toISOString() : null,
    })
  }
  return heldBack
}

const neverSent: CheckMemory = { kind: 'never-sent' }

function memoryOf(before: SentCheck | undefined, check: Check): CheckMemory | null {
  // Somebody began to create it, and nobody knows what came of it: it is looked for.
  if (!before?.id) return null
  const { id, isCompleted } = before
  const annotations =
    before.annotationsHash === annotationsHash(check)
      ? 'same'
      : before.annotationsHash === null
        ? 'none'
        : 'other'
  return { kind: 'sent', id, isCompleted, annotations }
}

function annotationsHash({ annotations }: Check): string | null {
  return annotations.length === 0 ? null : hashOf(annotations)
}

function hashOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

function noLongerOurs(name: string, revision: Revision): Check {
  return {
    name,
    revision,
    state: { kind: 'completed', conclusion: 'neutral' },
    title: 'No longer touched',
    summary:
      'This pull request does not touch this application any more, or touches so many that the check `plumbline` tells of it.',
    annotations: [],
    detailsUrl: null,
  }
}
