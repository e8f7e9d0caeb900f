import type { ForgeRepository } from '../../forge/forge.ts'
import { utc } from '../../model/phrase.ts'
import { leftUntilConfirmed } from '../../model/sync.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { helpText } from '../report/help.ts'
import type { IssueRecord } from '../store/records/issues.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import { type Comment, done, no, type Outcome, underWay } from './comment-outcome.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { driftOrder } from './drift-objects.ts'
import { foreignAmong } from './foreign.ts'
import { windowNow } from './open-window.ts'
import { obeyAdopt } from './obey-adopt.ts'
import { obeyIgnore } from './obey-ignore.ts'
import { namesOf, obeyRollback } from './obey-rollback.ts'
import { type PersonCommand, personCommand } from './person-command.ts'
import { planPullRequest } from './plan-pull-request.ts'
import { startSync } from './start-sync.ts'

/** Does what a comment's first line asks for, if whoever wrote it may write to the repository. */
export async function obeyComment(deps: JobDeps, comment: Comment, context: JobContext): Promise<void> {
  const command = personCommand(comment.body)
  if (!command) return
  const { signal } = context
  const forge = deps.forges.repository(comment.repository)
  await deps.store.repositories.save(comment.repository)
  await forge.react(comment.commentId, 'eyes', signal)
  const permission = await forge.permissionOf(comment.author, signal)
  const outcome: Outcome =
    permission === 'write' || permission === 'admin'
      ? await obey(deps, { comment, command, forge }, context)
      : { kind: 'no', why: 'Commands are taken from people with write permission.' }
  if (outcome.kind === 'done') await forge.react(comment.commentId, '+1', signal)
  if (outcome.kind === 'done' && outcome.say) await reply(forge, comment, outcome.say, signal)
  if (outcome.kind === 'no') await reply(forge, comment, outcome.why, signal)
}

interface Order {
  readonly comment: Comment
  readonly command: PersonCommand
  readonly forge: ForgeRepository
}

async function obey(deps: JobDeps, order: Order, context: JobContext): Promise<Outcome> {
  const { comment, command, forge } = order
  switch (command.kind) {
    case 'help':
    case 'unknown':
      await help(forge, comment, context.signal)
      return command.kind === 'help' ? done : underWay
    case 'plan':
      return plan(deps, order, context)
    case 'sync':
      return sync(deps, order, command, context)
    case 'revert':
      return revert(deps, { comment, object: command.object }, context)
    case 'adopt':
      return obeyAdopt(deps, { comment, forge, object: command.object }, context)
    case 'ignore':
      return obeyIgnore(deps, { comment, forge, object: command.object }, context)
    case 'rollback':
      return obeyRollback(deps, { comment, command }, context)
  }
}

/** One on each pull request and issue, however often it is asked for. */
async function help(forge: ForgeRepository, { number }: Comment, signal: AbortSignal): Promise<void> {
  await forge.upsertComment(
    { on: number, key: 'help', body: helpText, knownId: null, createWhenMissing: true },
    signal,
  )
}

async function plan(deps: JobDeps, { comment, forge }: Order, context: JobContext): Promise<Outcome> {
  if (!comment.onPullRequest) return no('Only a pull request can be planned.')
  const { repository, number } = comment
  const now = await forge.pullRequest(number, context.signal)
  if (now.state !== 'open') return no('This pull request is closed.')
  if (now.fromFork) {
    const seen = await deps.store.pullRequests.numbered(repositoryKey(repository), number)
    // Whoever commented has looked at the head that we told of, not at one pushed a moment ago.
    if (seen?.head !== now.head) return no('The fork has a newer commit: look at it, then say it again.')
    await deps.store.pullRequests.permitHead(seen.id, now.head)
  }
  await planPullRequest(deps, { repository, number, again: true }, context)
  return done
}

async function sync(
  deps: JobDeps,
  { comment }: Order,
  { application, confirmPrune }: Extract<PersonCommand, { kind: 'sync' }>,
  context: JobContext,
): Promise<Outcome> {
  const { repository: ref, number } = comment
  const key = repositoryKey(ref)
  const all = comment.onPullRequest
    ? await deps.store.syncs.ofPullRequest(key, number)
    : await syncsOfIssue(deps, await deps.store.issues.numbered(key, number))
  if (all.length === 0) return no('There is nothing to sync here: a sync begins when a pull request merges.')
  const named = all.filter(it => application === null || it.application.name === application)
  if (named.length === 0) {
    return no(`No application of that name is synced here: ${namesOf(all)}.`)
  }
  const foreign = await foreignAmong(deps.store, key, named.map(applicationOf))
  if (foreign) return foreign
  const isReady = (it: SyncRecord) =>
    it.status === 'waiting' ||
    waitsForWindow(it) ||
    canBeTriedAgain(it) ||
    (confirmPrune && waitsForConfirmation(it))
  const ready = named.filter(isReady)
  if (ready.length === 0) return no('Nothing is left to sync here: it is synced, or on its way.')
  const stale = await Promise.all(ready.map(it => hasNewer(deps, it)))
  const current = ready.filter((_, index) => !stale[index])
  if (current.length === 0) return no('A newer revision came since: it is the one to sync.')
  for (const it of current) {
    const window = await windowNow(deps, deps.store, it)
    if (!window.isOpen && !window.manual) return no(closedWords(it, window.until))
  }
  await deps.store.transaction(async records => {
    for (const it of current) {
      const evenWhenChanged = it.status === 'finished'
      const trigger = `/plumbline sync by ${comment.author} on #${number}`
      await startSync(deps, records, {
        sync: it,
        ref,
        traceId: context.traceId,
        evenWhenChanged,
        confirmPrune,
        askedBy: trigger,
      })
      const job = { kind: 'sync-progressed', repository: ref, number: it.pullRequest, sync: it.id } as const
      await deps.queue.enqueue(records, { traceId: context.traceId, job })
    }
  })
  return done
}

async function syncsOfIssue(deps: JobDeps, issue: IssueRecord | null): Promise<readonly SyncRecord[]> {
  if (issue?.kind !== 'sync-failed') return []
  const { repository, application: name, cluster } = issue
  const recent = await deps.store.syncs.ofApplication({ repository, name, cluster }, 100)
  return recent.filter(it => issue.key.endsWith(`/${it.revision}`))
}

function waitsForWindow({ status, commandId }: SyncRecord): boolean {
  return status === 'pending' && commandId === null
}

function closedWords({ application }: SyncRecord, until: Date | null): string {
  const { name, destination } = application
  const when = until ? `until ${utc(until.toISOString())}` : 'for longer than a year'
  return `The sync window of \`${name}\` on \`${destination.cluster}\` is closed ${when}, for people too.`
}

function canBeTriedAgain({ status, result }: SyncRecord): boolean {
  return status === 'finished' && result?.outcome !== 'synced'
}

function waitsForConfirmation({ result }: SyncRecord): boolean {
  return result?.health.some(it => it.message.startsWith(leftUntilConfirmed)) ?? false
}

async function hasNewer(deps: JobDeps, sync: SyncRecord): Promise<boolean> {
  const [newest] = await deps.store.syncs.ofApplication(applicationOf(sync), 1)
  return newest?.id !== sync.id
}

async function revert(
  deps: JobDeps,
  { comment, object }: { readonly comment: Comment; readonly object: string | null },
  context: JobContext,
): Promise<Outcome> {
  const key = repositoryKey(comment.repository)
  const issue = await deps.store.issues.numbered(key, comment.number)
  if (issue?.kind !== 'drift') return no('Only a drift issue can be reverted.')
  const foreign = await foreignAmong(deps.store, key, [{ name: issue.application, cluster: issue.cluster }])
  if (foreign) return foreign
  const order = object === null ? null : await driftOrder(deps, comment, { verb: 'reverted', object })
  if (order && 'kind' in order) return order
  const objects = order?.changes.map(it => it.id) ?? []
  await deps.store.commands.add({
    id: commandIdFor(comment),
    cluster: issue.cluster,
    application: issue.application,
    command: { kind: 'revert', application: issue.application, objects },
    deadline: inSeconds(deps.clock, deps.patience.takeSync),
    traceId: context.traceId,
    purpose: {
      kind: 'revert',
      repository: key,
      number: comment.number,
      commentId: comment.commentId,
    },
  })
  return underWay
}

/** The same comment is the same command, should this job be done twice. */
function commandIdFor(comment: Comment): string {
  return `revert-${comment.repository.forge}-${comment.repository.host}-${comment.commentId}`
}

export async function reply(
  forge: ForgeRepository,
  { number, commentId }: Pick<Comment, 'number' | 'commentId'>,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  await forge.upsertComment(
    { on: number, key: `reply-${commentId}`, body, knownId: null, createWhenMissing: true },
    signal,
  )
}
