import type { SyncResult } from '../../model/sync.ts'
import { code, name, sentence, shorten } from './escape.ts'
import { capitalised } from '../../model/phrase.ts'
import type { RevertView } from './view.ts'

/** Title and body of the pull request that takes a merge back. `revision` is the short form of the commit that failed. */
export function revertProposal(
  pullRequest: { readonly number: number; readonly title: string },
  result: SyncResult,
  revision: string,
): { readonly title: string; readonly body: string } {
  const cause = result.error ? sentence(capitalised(shorten(result.error.message, 1000))) : ''
  const state =
    result.outcome === 'rolled-back'
      ? 'The cluster is as it was before; Git is not: until one of them changes, they differ.'
      : 'The cluster is not as Git says.'
  return {
    title: revertTitle(pullRequest),
    body: [
      `#${pullRequest.number} was merged as ${code(revision)}, and its sync of ${name(result.application)} to ${name(result.cluster)} did not succeed. ${state}`,
      cause,
      'Merging this takes the change out of Git. Close it to mend the change with another one instead.',
    ]
      .filter(Boolean)
      .join('\n\n'),
  }
}

/** The same for a merge that somebody wants taken back. */
export function askedRevert(
  pullRequest: { readonly number: number; readonly title: string },
  by: string,
): { readonly title: string; readonly body: string } {
  const body = `Takes #${pullRequest.number} out of Git, as ${code(`@${by}`)} asked for with \`/plumbline revert\`. What it does to the clusters is planned below.`
  return { title: revertTitle(pullRequest), body }
}

/** Also the commit's message, where "fixes #12" would close an issue. */
function revertTitle({ number, title }: { readonly number: number; readonly title: string }): string {
  return `Revert "${shorten(title.replaceAll(/[^\w .:(),/-]/g, '?'), 180)}" (#${number})`
}

/** The line about it under the result of the merge. */
export function revertLine(view: RevertView): string {
  return view.kind === 'proposed'
    ? `To take the merge back, merge #${view.number}.`
    : `No revert could be proposed: ${sentence(shorten(view.reason, 300))}`
}
