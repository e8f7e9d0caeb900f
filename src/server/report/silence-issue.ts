import { count, utc } from '../../model/phrase.ts'
import { lightName, name } from './escape.ts'
import { plainTitle } from './issues.ts'
import type { IssueText, SilenceView } from './view.ts'

/** Names that are said one by one. */
const mostNames = 50

/** The one issue about a cluster that is not heard of. `limit` is in UTF-16 code units, at least 2,500. */
export function silenceIssue(view: SilenceView, limit: number): IssueText {
  const { cluster, applications } = view
  const heard = view.lastSeen === null ? 'was never heard of' : `was last heard of at ${utc(view.lastSeen)}`
  const withNames = (most: number): string => bodyOf(view, heard, most)
  const body = [mostNames, 10, 0].map(withNames).find(it => it.length <= limit) ?? withNames(0)
  return {
    title: plainTitle(`Not heard of: cluster ${cluster} (${count(applications.length, 'application')})`),
    body,
    labels: ['plumbline', 'cluster-silent'],
  }
}

function bodyOf(view: SilenceView, heard: string, mostNames: number): string {
  const { cluster, applications } = view
  const shown = applications.slice(0, mostNames).map(lightName)
  const more = applications.length - shown.length
  const names = shown.length === 0 ? '' : `: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [
    `The agent of ${name(cluster)} ${heard}. Until it is heard again, this server can neither plan nor sync there, and nobody would hear of drift. Cluster and agent may be well all the same.`,
    '',
    `It holds ${count(applications.length, 'application')} of this repository${names}.${waiting(view)}`,
    '',
    '### What to look at',
    '- Is the cluster up? `kubectl get --raw /readyz` answers `ok`.',
    '- Does the agent run, and what does it say? `kubectl --namespace plumbline-system get pods`, then `logs`.',
    '- Does it reach this server, through DNS, proxies and firewalls? Its log names the address and the error.',
    `- Is its token still good? \`plumbline clusters list\` on the server says; \`plumbline clusters add ${cliName(cluster)}\` makes a new one.`,
    '- If the cluster is gone for good: `plumbline clusters revoke`, and take its applications out of Git.',
    '',
    'This issue closes by itself when the agent is heard of. Issues about drift of this cluster stay as they are until then. Closing this one by hand accepts the silence: it opens again if the agent comes and goes silent again.',
  ].join('\n')
}

function waiting({ waitingSyncs }: SilenceView): string {
  if (waitingSyncs === 0) return ''
  return ` ${count(waitingSyncs, 'sync')} ${waitingSyncs === 1 ? 'waits' : 'wait'} for it.`
}

/** Names of clusters were checked when they were registered; whatever else comes is not told as a command. */
function cliName(cluster: string): string {
  return /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/.test(cluster) ? cluster : 'NAME'
}

/** The comment on that issue when it closes. */
export function heardAgainSentence(
  cluster: string,
  why: { readonly kind: 'heard'; readonly at: string } | { readonly kind: 'not-awaited' },
): string {
  return why.kind === 'heard'
    ? `The agent of ${name(cluster)} is heard of again, since ${utc(why.at)}.`
    : `Nothing is awaited from ${name(cluster)} any more.`
}

/** The comment on that issue when it opens again. */
export const silentAgainSentence = 'It is silent again.'

/** The comment when a person closes it: what that means. */
export const acceptedSilenceSentence =
  'Accepted: this stays closed until the agent is heard of, and falls silent again. Reopen it to take that back.'
