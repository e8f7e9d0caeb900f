import { posix } from 'node:path'
import { applicationKey } from '../../model/application.ts'
import type { ObjectId } from '../../model/identity.ts'
import type { Change, FieldChange } from '../../model/plan.ts'
import { ignoreInApplication } from '../../repository/ignore-in-application.ts'
import type { JobContext } from '../queue/queue.ts'
import {
  type IgnoreView,
  ignoreProposal,
  ignoreReply,
  leftItems,
  type LeftView,
  openAlready,
} from '../report/drift-proposals.ts'
import { sentence } from '../report/escape.ts'
import { applicationAtHead, type AtHead } from './application-at-head.ts'
import { no, type Outcome } from './comment-outcome.ts'
import type { JobDeps } from './deps.ts'
import { driftOrder, putBackBesides } from './drift-objects.ts'
import type { DriftCommand } from './obey-adopt.ts'
import { openProposal, proposeFromDrift } from './propose-from-drift.ts'

/** Opens a pull request that makes the Application document ignore just the fields that drifted. */
export async function obeyIgnore(
  deps: JobDeps,
  { comment, forge, object }: DriftCommand,
  { signal }: JobContext,
): Promise<Outcome> {
  const order = await driftOrder(deps, comment, { verb: 'ignored', object })
  if ('kind' in order) return order
  const { known, report, changes } = order
  const name = { name: known.application.name, cluster: known.application.destination.cluster }
  const { ignored, left } = whatToIgnore(changes)
  if (ignored.length === 0) return no(['Nothing of this can be ignored.', ...leftItems(left)].join('\n\n'))
  const open = await openProposal(deps, forge, { kind: 'ignore', application: name }, signal)
  const head = await applicationAtHead(deps, { known, forge }, signal)
  if ('kind' in head) return head
  const edited = await editDocument(head, ignored, signal)
  if ('refused' in edited)
    return no(`The Application document is left as it is: ${sentence(edited.refused)}.`)
  if (edited.content === null) {
    if (open) return no(openAlready(open))
    return no('The Application document says so already: this closes once that is synced.')
  }
  const { file, content, mode, line } = edited
  const idsOf = (all: readonly { readonly id: ObjectId }[]) => all.map(it => it.id)
  const putBack = putBackBesides(report.drifted, { whole: idsOf(ignored), inPart: idsOf(left) })
  const view: IgnoreView = { ...name, issue: comment.number, ignored, left, putBack, file, line }
  const draft = ignoreProposal(view, forge.maxCommentLength)
  const proposed = await proposeFromDrift(
    deps,
    forge,
    {
      kind: 'ignore',
      application: name,
      commentId: comment.commentId,
      baseRef: known.branch,
      parent: head.revision,
      files: [{ path: file, mode, content }],
      ...draft,
    },
    signal,
  )
  switch (proposed.kind) {
    case 'proposed':
      return { kind: 'done', say: ignoreReply(view, proposed) }
    case 'open-already':
      return no(openAlready(proposed))
    case 'impossible':
      return no(`No pull request was opened: ${sentence(proposed.reason)}.`)
  }
}

/** Pure: fields that say how they would be ignored, and why the others are not. */
function whatToIgnore(changes: readonly Change[]): {
  readonly ignored: readonly Change[]
  readonly left: readonly LeftView[]
} {
  const isIgnorable = ({ ignore }: FieldChange): boolean => Boolean(ignore)
  const ignored = changes
    .filter(it => it.action === 'update')
    .map(it => ({ ...it, fields: it.fields.filter(isIgnorable) }))
    .filter(it => it.fields.length > 0)
  const left = changes.flatMap(({ id, action, fields }): readonly LeftView[] => {
    const reason = reasonWhyNot(action)
    if (reason !== null) return [{ id, path: null, reason }]
    return fields
      .filter(it => !isIgnorable(it))
      .map(({ path }) => ({
        id,
        path,
        reason: 'no rule names just this field, or its agent is too old to say',
      }))
  })
  return { ignored, left }
}

function reasonWhyNot(action: Change['action']): string | null {
  switch (action) {
    case 'update':
      return null
    case 'create':
      return 'it was deleted on the cluster, and only fields can be ignored: revert that, or take it out of Git'
    case 'error':
      return 'it could not be read'
    case 'replace':
    case 'delete':
    case 'adopt':
    case 'leave-behind':
      return 'it is not in Git, and only fields can be ignored'
  }
}

interface EditedDocument {
  readonly file: string
  readonly mode: string
  /** Null when the document says all of it already. */
  readonly content: Uint8Array | null
  readonly line: number
}

const largestFile = 4 * 1024 * 1024

async function editDocument(
  { git, revision, application }: AtHead,
  ignored: readonly Change[],
  signal: AbortSignal,
): Promise<EditedDocument | { readonly refused: string }> {
  const file = application.definedIn?.file
  const entry = file === undefined ? undefined : await entryOf(git, { revision, file }, signal)
  if (file === undefined || !entry) return { refused: 'there is none: the application is a folder by itself' }
  const text = await git.readFile(revision, file, largestFile, signal)
  if (text === null) return { refused: 'it is not there any more' }
  const wanted = ignored.map(it => ({ id: it.id, fields: it.fields.flatMap(field => field.ignore ?? []) }))
  const edited = ignoreInApplication({ text, file, application: applicationKey(application) }, wanted)
  if ('refused' in edited) return edited
  const content = edited.text === null ? null : new TextEncoder().encode(edited.text)
  return { file, mode: entry.mode, content, line: edited.line }
}

async function entryOf(
  git: AtHead['git'],
  { revision, file }: { readonly revision: string; readonly file: string },
  signal: AbortSignal,
) {
  const entries = await git.listFiles(revision, posix.dirname(file).replace(/^\.$/, ''), signal)
  return entries.find(it => it.path === file)
}
