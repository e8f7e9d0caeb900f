import { ForgeError, type ForgeRepository } from '../forge.ts'
import type { Authorship } from './authorship.ts'
import { carries, marked, sameText } from './marker.ts'
import { orNull } from './or-null.ts'
import { repositoryOf, type Session } from './session.ts'

interface Found {
  readonly id: number
  /** Null: not read. */
  readonly body: string | null
}

export interface CommentPlace {
  readonly session: Session
  readonly fullName: string
  readonly authorship: (signal: AbortSignal) => Promise<Authorship>
}

type Comment = Parameters<ForgeRepository['upsertComment']>[0]

/**
 * Edits our comment, or creates it. Two writers that create at the same moment end with one comment: each looks again
 * afterwards, the oldest stays and the others go.
 */
export async function upsertComment(
  place: CommentPlace,
  comment: Comment,
  signal: AbortSignal,
): Promise<string | null> {
  const body = marked(comment.key, comment.body)
  if (comment.isCertain) {
    const id = await writeUnseen(place, { ...comment, body }, signal)
    if (id !== 'gone') return id
  }
  const found = (await knownComment(place, comment, signal)) ?? (await oldestComment(place, comment, signal))
  if (found) return edited(place, found, { ...comment, body }, signal)
  if (!comment.createWhenMissing) return null
  const created = await createComment(place, { ...comment, body }, signal)
  const oldest = await oldestComment(place, comment, signal)
  if (!oldest || oldest.id >= created) return String(created)
  await deleteComment(place, created, signal)
  return edited(place, oldest, { ...comment, body }, signal)
}

/** One request, or none: nothing is looked for. `gone`: somebody deleted it. */
async function writeUnseen(
  place: CommentPlace,
  comment: Comment,
  signal: AbortSignal,
): Promise<string | null | 'gone'> {
  const { knownId, createWhenMissing } = comment
  if (knownId === null) return createWhenMissing ? String(await createComment(place, comment, signal)) : null
  const found = { id: Number(knownId), body: null }
  return (await orNull('not-found', () => edited(place, found, comment, signal))) ?? 'gone'
}

async function knownComment(
  place: CommentPlace,
  comment: Comment,
  signal: AbortSignal,
): Promise<Found | null> {
  if (comment.knownId === null) return null
  const id = Number(comment.knownId)
  const { isOurs } = await place.authorship(signal)
  try {
    return await place.session.on(
      place.fullName,
      { to: `read our comment on ${place.fullName}#${comment.on.number}`, signal },
      async (octokit, request) => {
        const { data } = await octokit.rest.issues.getComment({ ...at(place), comment_id: id, request })
        const onThis = data.issue_url.endsWith(`/issues/${comment.on.number}`)
        return onThis && isOurs(data) && carries(data.body, comment.key)
          ? { id, body: data.body ?? '' }
          : null
      },
    )
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null
    throw error
  }
}

/** The first of ours under that key; null when there is none. */
async function oldestComment(
  place: CommentPlace,
  comment: Comment,
  signal: AbortSignal,
): Promise<Found | null> {
  const { isOurs } = await place.authorship(signal)
  const attempt = { to: `read the comments on ${place.fullName}#${comment.on.number}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const pages = octokit.paginate.iterator(octokit.rest.issues.listComments, {
      ...at(place),
      issue_number: comment.on.number,
      per_page: 100,
      request,
    })
    for await (const { data } of pages) {
      const ours = data.find(it => isOurs(it) && carries(it.body, comment.key))
      if (ours) return { id: ours.id, body: ours.body ?? '' }
    }
    return null
  })
}

async function createComment(place: CommentPlace, comment: Comment, signal: AbortSignal): Promise<number> {
  const attempt = { to: `post a comment on ${place.fullName}#${comment.on.number}`, signal }
  return place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { on, body } = comment
    const { data } = await octokit.rest.issues.createComment({
      ...at(place),
      issue_number: on.number,
      body,
      request,
    })
    return data.id
  })
}

async function edited(
  place: CommentPlace,
  found: Found,
  { on, body }: Comment,
  signal: AbortSignal,
): Promise<string> {
  if (found.body === null || !sameText(found.body, body)) {
    const attempt = { to: `edit our comment on ${place.fullName}#${on.number}`, signal }
    await place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.updateComment({ ...at(place), comment_id: found.id, body, request }),
    )
  }
  return String(found.id)
}

async function deleteComment(place: CommentPlace, id: number, signal: AbortSignal): Promise<void> {
  try {
    const attempt = { to: `delete our second comment on ${place.fullName}`, signal }
    await place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.issues.deleteComment({ ...at(place), comment_id: id, request }),
    )
  } catch (error) {
    // The other writer was faster.
    if (!(error instanceof ForgeError && error.code === 'not-found')) throw error
  }
}

function at(place: CommentPlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}
