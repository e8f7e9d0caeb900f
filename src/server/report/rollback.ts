import { shortRevision } from '../../model/phrase.ts'
import type { SyncResult } from '../../model/sync.ts'
import { capitalised } from '../../model/phrase.ts'
import { code, name, sentence, shorten } from './escape.ts'

/** How one rollback stands. */
export interface RollbackView {
  readonly application: string
  readonly cluster: string
  /** Null while the agent is at it, or away. */
  readonly result: SyncResult | null
}

/** Answers whoever asked for rollbacks: one line for each application. */
export function rollbackReply(views: readonly RollbackView[]): string {
  const lines = views.map(it => `${name(it.application)} on ${name(it.cluster)}: ${said(it.result)}`)
  return lines.length === 1 ? capitalised(lines[0] ?? '') : lines.map(it => `- ${it}`).join('\n')
}

function said(result: SyncResult | null): string {
  if (result === null) return 'the agent has not answered yet.'
  const why = result.error ? ` ${sentence(capitalised(shorten(result.error.message, 1000)))}` : ''
  if (isCalledOff(result)) {
    return result.outcome === 'waiting'
      ? `the sync of ${revisionOf(result)} was called off before it had written anything.`
      : `the sync of ${revisionOf(result)} was stopped, and what it had written was put back.`
  }
  switch (result.outcome) {
    case 'synced':
      return `rolled back to ${revisionOf(result)}${counted(result)}. What was rolled back from stays away until Git changes; \`/plumbline sync\` brings it again.`
    case 'rolled-back':
      return `not rolled back: the earlier set did not become healthy either, and everything is as it was before the command.${why}`
    case 'failed':
      return `**the rollback failed, and the cluster could not be put back completely.**${why}`
    case 'refused':
    case 'waiting':
      return `not rolled back, and nothing was written.${why}`
  }
}

/** A sync that a rollback has stopped is what was asked for. */
function isCalledOff({ outcome, error }: SyncResult): boolean {
  return error?.code === 'rollback-asked' && (outcome === 'rolled-back' || outcome === 'waiting')
}

function counted({ applied, pruned }: SyncResult): string {
  const parts = [
    ...(applied.length > 0 ? [`${applied.length} applied`] : []),
    ...(pruned.length > 0 ? [`${pruned.length} pruned`] : []),
  ]
  return parts.length === 0 ? ', which changed nothing' : ` (${parts.join(', ')})`
}

function revisionOf({ revision }: SyncResult): string {
  return revision === null ? 'the set before' : code(shortRevision(revision))
}
