import type { Issue, IssueChange, IssueDraft } from '../forge.ts'
import type { Authorship } from './authorship.ts'
import { isAbout, newBody, takenRoom, titleFor, withOurPart, withoutMarkers } from '../our-part.ts'
import { sameText } from './marker.ts'
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

/** GitHub refuses titles and bodies that are longer. */
const maxTitle = 256
const maxIssueBody = 65_536

interface VendorIssue {
  readonly number: number
  readonly title: string
  readonly state: string
  readonly labels: readonly (string | { readonly name?: string | undefined })[]
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
        const ours = data.find(it => !it.pull_request && isOurs(it) && isAbout(it.body, key))
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
  const title = shortened(draft.title, maxTitle)
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { data } = await octokit.rest.issues.create({
      ...at(place),
      title,
      body: newBody({ key, title, text: draft.body }),
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
  'drift-high': 'cf222e',
  'sync-failed': 'cf222e',
  'cluster-silent': '8250df',
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

/** Replaces our part of the body and of the title; sends only what differs. */
export async function updateIssue(
  place: IssuePlace,
  number: number,
  change: IssueChange,
  signal: AbortSignal,
): Promise<Issue> {
  const read = { to: `read ${place.fullName}#${number}`, signal }
  const now = await place.session.on(place.fullName, read, async (octokit, request) => {
    const { data } = await octokit.rest.issues.get({ ...at(place), issue_number: number, request })
    return data
  })
  await relabel(place, { number, present: labelsOf(now) }, change.labels ?? {}, signal)
  const difference = differenceOf(now, number, change)
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

function differenceOf(now: VendorIssue, number: number, change: IssueChange) {
  const ours = shortened(change.title ?? now.title, maxTitle)
  const title = change.title === undefined ? now.title : shortened(titleFor(now, ours), maxTitle)
  const body = bodyFor(now, { key: change.key ?? `#${number}`, title: ours }, change.body)
  return {
    ...(title !== now.title ? { title } : {}),
    ...(body !== undefined && !sameText(now.body, body) ? { body } : {}),
    ...(change.state !== undefined && change.state !== now.state ? { state: change.state } : {}),
  }
}

function bodyFor(
  now: VendorIssue,
  { key, title }: { readonly key: string; readonly title: string },
  body: IssueChange['body'],
): string | undefined {
  if (body === undefined) return undefined
  const text = typeof body === 'string' ? body : body(maxIssueBody - takenRoom(now.body, { key, title }))
  return withOurPart(now.body, { title, text }, key)
}

function labelsOf({ labels }: VendorIssue): readonly string[] {
  return labels.flatMap(it => (typeof it === 'string' ? it : (it.name ?? [])))
}

/** Labels that people added or took off are not ours to mind: only the named ones come and go. */
async function relabel(
  place: IssuePlace,
  issue: { readonly number: number; readonly present: readonly string[] },
  { add = [], remove = [] }: NonNullable<IssueChange['labels']>,
  signal: AbortSignal,
): Promise<void> {
  const { number, present } = issue
  const attempt = { to: `label ${place.fullName}#${number}`, signal }
  const missing = add.filter(it => !present.includes(it))
  for (const label of missing) await createLabelWhenMissing(place, label, signal)
  if (missing.length > 0) {
    await place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.addLabels({ ...at(place), issue_number: number, labels: missing, request }),
    )
  }
  for (const name of remove.filter(it => present.includes(it))) {
    await orNull('not-found', () =>
      place.session.on(place.fullName, attempt, (octokit, request) =>
        octokit.rest.issues.removeLabel({ ...at(place), issue_number: number, name, request }),
      ),
    )
  }
}

/** The body without our markers: what was written is what is read. */
function issueFrom(it: VendorIssue): Issue {
  return {
    number: it.number,
    state: it.state === 'open' ? 'open' : 'closed',
    body: withoutMarkers(it.body),
    url: it.html_url,
    closedAt: it.closed_at,
  }
}

function at(place: IssuePlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}
