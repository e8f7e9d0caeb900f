import type { Issue, IssueDraft } from '../forge.ts'
import type { Authorship } from './authorship.ts'
import { carries, marked, sameText } from './marker.ts'
import { orNull } from './or-null.ts'
import { repositoryOf, type Session } from './session.ts'
import { shortened } from './shortened.ts'

export interface IssuePlace {
  readonly session: Session
  readonly fullName: string
  readonly authorship: (signal: AbortSignal) => Promise<Authorship>
}

/** How long a closed issue is still the one to go on with, rather than a second one. */
const recentlyMilliseconds = 7 * 24 * 3600 * 1000

interface VendorIssue {
  readonly number: number
  readonly state: string
  readonly body?: string | null
  readonly html_url: string
  readonly closed_at: string | null
}

export async function createIssue(
  place: IssuePlace,
  key: string,
  draft: IssueDraft,
  signal: AbortSignal,
): Promise<Issue> {
  const found = await findIssue(place, key, signal)
  if (found) return found
  for (const label of draft.labels) await createLabelWhenMissing(place, label, signal)
  const created = await postIssue(place, key, draft, signal)
  const oldest = await findIssue(place, key, signal)
  if (oldest && oldest.number < created.number) {
    // Another writer was at it at the same moment: everyone goes on with the first.
    await updateIssue(place, created.number, { state: 'closed' }, signal)
    return oldest
  }
  await assign(place, created.number, draft.assignees, signal)
  return created
}

/** The open one before a closed one; among equals the oldest. */
async function findIssue(place: IssuePlace, key: string, signal: AbortSignal): Promise<Issue | null> {
  const { isOurs, login } = await place.authorship(signal)
  const attempt = { to: `look for our issue in ${place.fullName}`, signal }
  const find = (filter: { state: 'open' } | { state: 'closed'; since: string }) =>
    place.session.on(place.fullName, attempt, async (octokit, request) => {
      const pages = octokit.paginate.iterator(octokit.rest.issues.listForRepo, {
        ...at(place),
        ...filter,
        creator: login,
        direction: 'asc',
        per_page: 100,
        request,
      })
      for await (const { data } of pages) {
        const ours = data.find(it => !it.pull_request && isOurs(it) && carries(it.body, key))
        if (ours) return issueFrom(ours)
      }
      return null
    })
  const open = await find({ state: 'open' })
  if (open) return open
  const week = new Date(Date.now() - recentlyMilliseconds).toISOString()
  const closed = await find({ state: 'closed', since: week })
  return closed?.closedAt && closed.closedAt >= week.slice(0, 19) ? closed : null
}

async function postIssue(
  place: IssuePlace,
  key: string,
  draft: IssueDraft,
  signal: AbortSignal,
): Promise<Issue> {
  const attempt = { to: `open an issue in ${place.fullName}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.issues.create({
      ...at(place),
      title: shortened(draft.title, 256),
      body: marked(key, draft.body),
      labels: [...draft.labels],
      request,
    })
    return issueFrom(data)
  })
}

/** Colours of labels that we create; those that exist keep theirs. */
const labelColours: Readonly<Record<string, string>> = {
  plumbline: '1f6feb',
  drift: 'd29922',
  'sync-failed': 'cf222e',
}

async function createLabelWhenMissing(place: IssuePlace, name: string, signal: AbortSignal): Promise<void> {
  const attempt = { to: `create the label "${name}" in ${place.fullName}`, signal }
  const existing = await orNull('not-found', () =>
    place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.getLabel({ ...at(place), name, request }),
    ),
  )
  if (existing) return
  // Refused as invalid when somebody created it since.
  await orNull('invalid', () =>
    place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.createLabel({
        ...at(place),
        name,
        color: labelColours[name] ?? 'ededed',
        request,
      }),
    ),
  )
}

/** A courtesy: whoever cannot be assigned (an outsider, a bot) is not, and the issue stands all the same. */
async function assign(
  place: IssuePlace,
  number: number,
  assignees: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (assignees.length === 0) return
  const attempt = { to: `assign ${place.fullName}#${number}`, signal }
  const request = (): Promise<unknown> =>
    place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.addAssignees({
        ...at(place),
        issue_number: number,
        assignees: [...assignees],
        request,
      }),
    )
  await orNull('invalid', () => orNull('not-found', request))
}

export async function readIssue(place: IssuePlace, number: number, signal: AbortSignal): Promise<Issue> {
  const attempt = { to: `read ${place.fullName}#${number}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.issues.get({ ...at(place), issue_number: number, request })
    return issueFrom(data)
  })
}

/** Keeps the marker of the body that it replaces; sends only what differs. */
export async function updateIssue(
  place: IssuePlace,
  number: number,
  change: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  signal: AbortSignal,
): Promise<Issue> {
  const read = { to: `read ${place.fullName}#${number}`, signal }
  const now = await place.session.on(place.fullName, read, async (octokit, request) => {
    const { data } = await octokit.rest.issues.get({ ...at(place), issue_number: number, request })
    return data
  })
  const body = change.body === undefined ? undefined : keepMarker(now.body, change.body)
  const difference = {
    ...(change.title !== undefined && change.title !== now.title
      ? { title: shortened(change.title, 256) }
      : {}),
    ...(body !== undefined && !sameText(now.body, body) ? { body } : {}),
    ...(change.state !== undefined && change.state !== now.state ? { state: change.state } : {}),
  }
  if (Object.keys(difference).length === 0) return issueFrom(now)
  const attempt = { to: `update ${place.fullName}#${number}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.issues.update({
      ...at(place),
      issue_number: number,
      ...difference,
      request,
    })
    return issueFrom(data)
  })
}

function keepMarker(before: string | null | undefined, body: string): string {
  const marker = /^<!-- plumbline:\S+ -->/.exec(before ?? '')
  return marker ? `${marker[0]}\n${body}` : body
}

/** The body without our marker: what was written is what is read. */
function issueFrom(it: VendorIssue): Issue {
  return {
    number: it.number,
    state: it.state === 'open' ? 'open' : 'closed',
    body: (it.body ?? '').replace(/^<!-- plumbline:\S+ -->\r?\n/, ''),
    url: it.html_url,
    closedAt: it.closed_at,
  }
}

function at(place: IssuePlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}
