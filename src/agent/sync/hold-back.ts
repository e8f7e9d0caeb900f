import { setDigest } from '../../engine/digest.ts'
import type { PlanInput } from '../../engine/plan-input.ts'
import { shortRevision } from './conditions.ts'
import type { HeldBack, ManagedApplication } from '../state/state.ts'
import type { Failure } from './sync-failure.ts'
import type { SyncRequest } from './syncer.ts'

type Sets = Pick<PlanInput, 'head' | 'lastSynced' | 'redactionKey'>

/**
 * What a rollback keeps away from then on: what it takes the place of. Whoever rolls back further still holds back what Git says,
 * which is where the first one began; coming back to just that ends it.
 */
export function holdBackOf(input: Sets, managed: ManagedApplication | null): HeldBack | null {
  const { head, lastSynced, redactionKey } = input
  const current = {
    revision: managed?.status.revision ?? null,
    digest: lastSynced && setDigest(lastSynced, redactionKey),
  }
  const held = managed?.status.heldBack ?? current
  const target = setDigest(
    head.map(it => it.object),
    redactionKey,
  )
  return held.digest === target ? null : held
}

/** Why a sync that nobody asked for is not begun: it would undo a rollback. Null when nothing is held back. */
export function heldBack(
  request: SyncRequest,
  input: Sets,
  managed: ManagedApplication | null,
): Failure | null {
  const held = managed?.status.heldBack
  if (!held || request.asked || request.removed || (request.rollbackTo ?? null) !== null) return null
  const isSame =
    held.digest === null
      ? held.revision === request.revision
      : held.digest ===
        setDigest(
          input.head.map(it => it.object),
          input.redactionKey,
        )
  if (!isSame) return null
  const what = shortRevision(request.revision)
  const from = shortRevision(held.revision)
  const message =
    held.revision === request.revision
      ? `${what} was rolled back from, so it is not synced again by itself; \`/plumbline sync\` brings it`
      : `${what} renders the same as ${from}, which was rolled back from, so it is not synced by itself; \`/plumbline sync\` brings it`
  return { code: 'held-back', message }
}
