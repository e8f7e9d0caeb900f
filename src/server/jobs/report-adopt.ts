import type { ProposedFile } from '../../forge/forge.ts'
import type { AdoptedFile } from '../../model/adoption.ts'
import type { Application } from '../../model/application.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import type { JobContext } from '../queue/queue.ts'
import { adoptProposal, adoptReply, nothingAdopted, openAlready } from '../report/drift-proposals.ts'
import { sentence, shorten } from '../report/escape.ts'
import type { CommandRecord } from '../store/records/commands.ts'
import type { JobDeps } from './deps.ts'
import { putBackBesides } from './drift-objects.ts'
import { reply } from './reply.ts'
import { proposeFromDrift } from './propose-from-drift.ts'

/** Opens the pull request that an agent's answer asks for, and tells whoever asked. The issue closes when both agree. */
export async function reportAdopt(
  deps: JobDeps,
  request: { readonly repository: RepositoryRef; readonly number: number; readonly command: string },
  { signal }: JobContext,
): Promise<void> {
  const command = await deps.store.commands.byId(request.command)
  if (command?.purpose.kind !== 'adopt' || command.result?.kind !== 'adopt') return
  const { commentId } = command.purpose
  const forge = deps.forges.repository(request.repository)
  const said = await propose(deps, { command, issue: request.number, forge }, signal)
  if (said.isDone) await forge.react(commentId, '+1', signal)
  await reply(forge, { number: request.number, onPullRequest: false, commentId }, said.text, signal)
}

interface Asked {
  readonly command: CommandRecord
  /** Number of the drift issue. */
  readonly issue: number
  readonly forge: Parameters<typeof proposeFromDrift>[1]
}

interface Said {
  readonly isDone: boolean
  /** Markdown. */
  readonly text: string
}

async function propose(deps: JobDeps, { command, issue, forge }: Asked, signal: AbortSignal): Promise<Said> {
  const no = (text: string): Said => ({ isDone: false, text })
  const { purpose, result: answer, application, cluster } = command
  if (purpose.kind !== 'adopt' || answer?.kind !== 'adopt') return no('Nothing was asked.')
  const { files, adopted, left, error, revision } = answer.result
  if (error) return no(`Not adopted: ${sentence(shorten(error.message, 1_000))}`)
  if (files.length === 0 && left.length === 0)
    return no('Nothing drifts any more: Git and the cluster agree.')
  if (files.length === 0) return no(nothingAdopted(left))
  if (command.command.kind !== 'adopt' || revision !== command.command.revision) {
    return no('Not adopted: the agent has looked at another revision. Say it again.')
  }
  const trouble = troubleWith(files, command.command.application)
  if (trouble) return no(`Not adopted: ${sentence(trouble)}.`)
  const known = await deps.store.applications.named({ name: application, cluster })
  const settled = { whole: adopted.map(it => it.id), inPart: left.map(it => it.id) }
  const putBack = putBackBesides(known?.drift?.drifted ?? [], settled)
  const view = { name: application, cluster, issue, adopted, left, putBack }
  const proposed = await proposeFromDrift(
    deps,
    forge,
    {
      kind: 'adopt',
      application: { name: application, cluster },
      commentId: purpose.commentId,
      baseRef: purpose.branch,
      parent: revision,
      files: files.map(proposedFile),
      ...adoptProposal(view, forge.maxCommentLength),
    },
    signal,
  )
  switch (proposed.kind) {
    case 'proposed':
      return { isDone: true, text: adoptReply(view, proposed) }
    case 'open-already':
      return no(openAlready(proposed))
    case 'impossible':
      return no(`No pull request was opened: ${sentence(proposed.reason)}.`)
  }
}

function proposedFile({ path, mode, text }: AdoptedFile): ProposedFile {
  return { path, mode, content: text === null ? null : new TextEncoder().encode(text) }
}

const mostFiles = 300
const largestFile = 4 * 1024 * 1024

/**
 * What no agent has to change: a branch is pushed before anybody looks at it, and what begins with a dot at the top tells other
 * machinery what to run, unless the application is written there.
 */
function troubleWith(files: readonly AdoptedFile[], application: Application): string | null {
  if (files.length > mostFiles) return `${files.length} files would change, which is too many`
  if (files.some(it => (it.text?.length ?? 0) > largestFile)) return 'a file would be too large'
  const isOdd = ({ path }: AdoptedFile): boolean =>
    (path.startsWith('.') && !isWrittenThere(application, path)) ||
    path.split('/').some(part => part === '' || part === '.' || part === '..' || part === '.git')
  return files.some(isOdd) ? 'the agent would change a file that is no manifest' : null
}

function isWrittenThere({ definedIn, sources }: Application, file: string): boolean {
  return file === definedIn?.file || sources.some(({ path }) => path !== '.' && file.startsWith(`${path}/`))
}
