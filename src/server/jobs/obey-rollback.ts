import { repositoryKey } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import type { ApplicationName } from '../store/records/applications.ts'
import { applicationOf, type SyncRecord } from '../store/records/syncs.ts'
import { type Comment, no, type Outcome, underWay } from './comment-outcome.ts'
import { inSeconds, type JobDeps } from './deps.ts'
import { foreignAmong } from './foreign.ts'
import { named } from './named.ts'
import { syncedElsewhere } from './synced-elsewhere.ts'
import type { PersonCommand } from './person-command.ts'

type RollbackWish = Extract<PersonCommand, { readonly kind: 'rollback' }>

/** Sends an agent back to what was synced before: on a merged pull request, or on an issue about an application. */
export async function obeyRollback(
  deps: JobDeps,
  { comment, command }: { readonly comment: Comment; readonly command: RollbackWish },
  context: JobContext,
): Promise<Outcome> {
  const found = comment.onPullRequest
    ? await ofPullRequest(deps, comment, command)
    : await ofIssue(deps, comment, command)
  if ('kind' in found) return found
  const foreign = await foreignAmong(deps.store, repositoryKey(comment.repository), found)
  if (foreign) return foreign
  await send(deps, { comment, command, applications: found }, context)
  return underWay
}

async function ofPullRequest(
  { store }: JobDeps,
  { repository, number }: Comment,
  { application, to }: RollbackWish,
): Promise<readonly ApplicationName[] | Outcome> {
  const key = repositoryKey(repository)
  const all = await store.syncs.ofPullRequest(key, number)
  if (all.length === 0) {
    const elsewhere = await syncedElsewhere(store, { repository: key, number })
    return elsewhere ?? no('Nothing was synced from here: a sync begins when a pull request merges.')
  }
  const meant = named(all, application, 'ask')
  if ('kind' in meant) return meant
  if (to !== null) return meant.map(nameOf)
  const newest = await Promise.all(meant.map(it => store.syncs.ofApplication(applicationOf(it), 1)))
  const current = meant.filter((it, at) => newest[at]?.[0]?.id === it.id)
  if (current.length === 0) {
    return no('A newer revision came since: roll that back, or say `/plumbline rollback to REVISION`.')
  }
  const ready = current.filter(hasWritten)
  if (ready.length === 0) return no('Nothing of this is on a cluster: there is nothing to roll back.')
  return ready.map(nameOf)
}

/** Whether a rollback has something to undo: a sync that is done, under way, or was left unfinished. */
function hasWritten({ status, result }: SyncRecord): boolean {
  if (status === 'pending') return true
  return status === 'finished' && (result?.outcome === 'synced' || result?.outcome === 'failed')
}

async function ofIssue(
  { store }: JobDeps,
  { repository, number }: Comment,
  { application: wanted }: RollbackWish,
): Promise<readonly ApplicationName[] | Outcome> {
  const issue = await store.issues.numbered(repositoryKey(repository), number)
  if (!issue) return no('A merged pull request, or an issue about an application, can be rolled back.')
  const { application: name, cluster } = issue
  if (wanted !== null && wanted !== name) return no(`This issue is about \`${name}\`.`)
  return [{ name, cluster }]
}

async function send(
  deps: JobDeps,
  it: {
    readonly comment: Comment
    readonly command: RollbackWish
    readonly applications: readonly ApplicationName[]
  },
  { traceId }: JobContext,
): Promise<void> {
  const { comment, command, applications } = it
  const { repository, number, commentId, onPullRequest, author } = comment
  const idOf = ({ name, cluster }: ApplicationName) =>
    `rollback-${repository.forge}-${repository.host}-${commentId}-${name}@${cluster}`
  const purpose = {
    kind: 'rollback',
    repository: repositoryKey(repository),
    number,
    commentId,
    onPullRequest,
    together: applications.map(idOf),
  } as const
  await deps.store.transaction(async records => {
    for (const application of applications) {
      await records.commands.add({
        id: idOf(application),
        cluster: application.cluster,
        application: application.name,
        command: { kind: 'rollback', application: application.name, to: command.to, by: author },
        deadline: inSeconds(deps.clock, deps.patience.takeSync),
        traceId,
        purpose,
      })
    }
  })
}

function nameOf({ application }: SyncRecord): ApplicationName {
  return { name: application.name, cluster: application.destination.cluster }
}
