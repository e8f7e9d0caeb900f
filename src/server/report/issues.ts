import { code, lightName, link, name, shorten } from './escape.ts'
import { fit } from './fit.ts'
import { objectName } from './object-name.ts'
import { shortRevision, utc } from '../../model/phrase.ts'
import { failureParts } from './result.ts'
import type { DriftView, IssueText, SyncFailedView } from './view.ts'

/** Titles are plain text on every forge, yet references in them are linked. */
export function plainTitle(text: string): string {
  return shorten(text.replace(/[^\w .:(),/-]/g, '?'), 200)
}

/** Between two paragraphs. */
const separators = 2

function paragraphs(texts: readonly string[]): string {
  return texts
    .map(text => text.trim())
    .filter(Boolean)
    .join('\n\n')
}

/** What people can do about drift, at the end of its issue. */
export function choices({ pageUrl, report }: DriftView): string {
  const page = pageUrl ? `\n\n${link('all of it, with what was healed and synced', pageUrl)}` : ''
  return [
    '### What to do',
    `- Comment \`/plumbline revert\`: ${lightName(report.cluster)} goes back to what Git says.`,
    `- \`/plumbline adopt\`: a pull request that makes Git say what ${lightName(report.cluster)} has.`,
    '- `/plumbline ignore`: a pull request that leaves these fields to the cluster from now on.',
    '- Each of them takes one object after it, such as `Deployment/web`.',
    '',
    `This issue closes by itself when both agree.${page}`,
  ].join('\n')
}

/** The issue of a sync that did not finish healthy. `limit` is in UTF-16 code units, at least 4,000. */
export function syncFailedIssue(view: SyncFailedView, limit: number): IssueText {
  const { result } = view
  const at = result.revision ? ` at ${shortRevision(result.revision)}` : ''
  return {
    title: plainTitle(`Sync failed: ${result.application} on ${result.cluster}${at}`),
    body: syncFailedBody(view, limit),
    labels: ['plumbline', 'sync-failed'],
  }
}

function syncFailedBody(view: SyncFailedView, limit: number): string {
  const { result, pullRequest } = view
  const revision = result.revision ? code(shortRevision(result.revision)) : 'the revision'
  const cause = pullRequest
    ? ` It came with ${link(`pull request ${pullRequest.number}`, pullRequest.url)}, ${code(shorten(pullRequest.title, 120))}.`
    : ''
  const top = `${name(result.application)} on ${name(result.cluster)} could not be brought to ${revision} at ${utc(result.finishedAt)}. ${outcome(result.outcome)}${cause}`
  const { why, events, logs, after } = failureParts(result)
  const told = [
    ...logs.map(it => `Last lines of ${name(it.container)} of ${objectName(it.pod)}:\n\n${it.text}`),
    ...events.map(it => `Last events, newest first:\n\n${it}`),
  ]
  const bottom = [
    '### What to do',
    '- Mend it with a pull request, or revert the one that it came with: the next commit is synced as usual.',
    '- This revision is not tried again by itself; `/plumbline sync` does.',
    ...(view.pageUrl ? ['', link('reviewed plan', view.pageUrl)] : []),
  ].join('\n')
  const { texts } = fit(
    [...why, ...after, ...told].map(text => ({ forms: ['', `${text}\n`] })),
    limit - top.length - bottom.length - separators * (why.length + told.length + after.length + 1),
  )
  return paragraphs([top, ...texts, bottom])
}

function outcome(it: SyncFailedView['result']['outcome']): string {
  switch (it) {
    case 'rolled-back':
      return 'The cluster was put back to what it ran before.'
    case 'refused':
      return 'Nothing was written to the cluster.'
    case 'failed':
    case 'waiting':
    case 'synced':
      return '**The cluster is in between**: not everything could be put back.'
  }
}
