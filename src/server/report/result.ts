import type { ObjectId } from '../../model/identity.ts'
import {
  type HookResult,
  leftUntilConfirmed,
  type ObjectHealth,
  stillDeleted,
  type SyncResult,
} from '../../model/sync.ts'
import { drifted } from './field.ts'
import { code, fence, lightName, link, name, nameInHtml, sentence, shorten } from './escape.ts'
import { fit, type Piece } from './fit.ts'
import { objectName, objectNameInHtml } from './object-name.ts'
import { capitalised, count, list, shortRevision, took, utc } from '../../model/phrase.ts'
import { revertLine } from './revert.ts'
import { people } from './standing.ts'
import { row } from './table.ts'
import type { ResultView, SyncView } from './view.ts'

/** What a merge did, as one Markdown comment of at most `limit` UTF-16 code units (at least 4,000). */
export function resultComment(view: ResultView, limit: number): string {
  const top = [
    `## Plumbline: ${resultHeadline(view)}`,
    `Revision ${code(shortRevision(view.revision))} of ${code(shorten(view.baseRef, 100))}`,
    ...(view.revert ? [revertLine(view.revert)] : []),
    '',
  ].join('\n\n')
  const bottom = `${[...(view.planUrl ? [link('reviewed plan', view.planUrl)] : []), '`/plumbline help`'].join(' · ')}\n`
  const sections = view.syncs.flatMap(section)
  const reserve = 80
  const { texts } = fit([resultTable(view.syncs), ...sections], limit - top.length - bottom.length - reserve)
  const [table, ...shown] = texts
  const hidden = shown.filter(text => text === '').length
  return [
    `${top}${table}`,
    ...shown.filter(Boolean),
    ...(hidden > 0 ? [`${count(hidden, 'more report')} did not fit here.\n`] : []),
    bottom,
  ]
    .join('\n')
    .trimEnd()
}

/** How the syncs of a merge stand, in one line: the bad news first. */
export function resultHeadline(view: ResultView): string {
  const clusters = (outcome: SyncResult['outcome']): readonly string[] =>
    view.syncs
      .filter(
        ({ status }) =>
          status.kind === 'finished' &&
          status.result.outcome === outcome &&
          calledOff(status.result) === null,
      )
      .map(it => it.cluster)
  const overtaken = view.syncs
    .filter(({ status }) => status.kind === 'finished' && calledOff(status.result) !== null)
    .map(it => it.cluster)
  const say = (text: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${text} ${list([...new Set(names)].slice(0, 10).map(lightName))}`]
  const open = view.syncs.filter(it => it.status.kind !== 'finished')
  const waiting = open.filter(it => it.status.kind === 'waiting').map(it => it.cluster)
  const running = open.filter(it => it.status.kind !== 'waiting').map(it => it.cluster)
  const parts = [
    ...say('sync failed on', clusters('failed')),
    ...say('rolled back on', clusters('rolled-back')),
    ...say('refused on', clusters('refused')),
    ...say('synced on', clusters('synced')),
    ...say('waiting on', [...waiting, ...clusters('waiting')]),
    ...say('syncing on', running),
    ...say('called off on', overtaken),
  ]
  return parts.join(', ') || 'nothing to sync'
}

function resultTable(syncs: readonly SyncView[]): Piece {
  const head = [row(['Application', 'Cluster', 'Result', 'Took', 'Health']), '|---|---|---|--:|---|']
  const rows = syncs.map(it => row([lightName(it.application), lightName(it.cluster), ...cellsOf(it)]))
  const write = (length: number): string =>
    [
      ...head,
      ...rows.slice(0, length),
      ...(length < rows.length ? [row([`… and ${rows.length - length} more`, '', '', '', ''])] : []),
    ]
      .join('\n')
      .concat('\n')
  return rows.length > 20 ? { forms: [write(20), write(rows.length)] } : { forms: [write(rows.length)] }
}

/** What a later merge took along is waited for there. */
function cellsOf(view: SyncView): readonly string[] {
  const [result = '', ...others] = cells(view)
  if (view.togetherWith === undefined) return [result, ...others]
  const there = view.status.kind === 'waiting' && view.status.for !== 'window' ? ' on' : ', together with'
  return [`${result}${there} #${view.togetherWith}`, ...others]
}

function cells({ cluster, status, issue }: SyncView): readonly string[] {
  switch (status.kind) {
    case 'pending':
      return ['queued', '', '']
    case 'running':
      return ['syncing', '', '']
    case 'waiting':
      return [waitingWords(status, cluster), '', '']
    case 'offline':
      return [status.lastSeen ? `agent offline since ${utc(status.lastSeen)}` : 'no agent yet', '', '']
    case 'finished': {
      const { result } = status
      const report = issue ? `, ${link(`issue ${issue.number}`, issue.url)}` : ''
      return [
        `${outcomeCell(result)}${report}`,
        took(result.startedAt, result.finishedAt),
        healthCell(result),
      ]
    }
  }
}

/** Why a sync ended that nobody wants any more; null when it ended by itself. */
export function calledOff({ outcome, error }: SyncResult): string | null {
  if (outcome !== 'rolled-back' && outcome !== 'waiting') return null
  const words = outcome === 'waiting' ? 'called off' : 'stopped and put back'
  if (error?.code === 'superseded') return `${words} for a newer revision`
  return error?.code === 'rollback-asked' ? `${words}, as somebody asked for a rollback` : null
}

function waitingWords(status: Extract<SyncView['status'], { kind: 'waiting' }>, cluster: string): string {
  if (status.for === 'command') return 'waits for `/plumbline sync`'
  if (status.for === 'approval') {
    const { by, wanted, moved } = status
    const given = by.length > 0 ? `${by.length} of ${wanted}, by ${people(by)}` : count(wanted, 'approval')
    const why = moved ? 'the cluster moved since it was approved; ' : ''
    return `${why}waits for approval (${given}): ${code(`/plumbline approve ${cluster}`)}`
  }
  return status.until ? `sync window closed, waits until ${utc(status.until)}` : 'sync window closed'
}

function outcomeCell(result: SyncResult): string {
  const off = calledOff(result)
  if (off) return off
  if (result.outcome !== 'synced') return `**${outcomeWords[result.outcome]}**`
  const parts = [
    ...(result.applied.length > 0 ? [`${result.applied.length} applied`] : []),
    ...(result.pruned.length > 0 ? [`${result.pruned.length} pruned`] : []),
    ...(result.hooks && result.hooks.length > 0 ? [count(result.hooks.length, 'hook')] : []),
  ]
  return `synced: ${parts.join(', ') || 'nothing to do'}`
}

const outcomeWords: Readonly<Record<SyncResult['outcome'], string>> = {
  synced: 'synced',
  'rolled-back': 'rolled back',
  failed: 'failed',
  refused: 'refused, nothing was written',
  waiting: 'waits',
}

/** `5 healthy`, or `1 degraded, 4 healthy`. */
function healthCell(result: SyncResult): string {
  const counts = new Map<string, number>()
  for (const { status } of result.health) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts]
    .sort(([a], [b]) => Number(a === 'healthy') - Number(b === 'healthy'))
    .map(([status, amount]) => `${amount} ${status}`)
    .join(', ')
}

/** What there is to say beyond the row: why it failed and what was put back, or what drift the sync undid. */
function section(view: SyncView): Piece[] {
  if (view.status.kind !== 'finished') return []
  const { result } = view.status
  if (calledOff(result)) return []
  const title = `### ${name(view.application)} on ${name(view.cluster)}: ${outcomeWords[result.outcome]}`
  if (result.outcome === 'synced') {
    const blocks = afterSuccess(result)
    return blocks.length === 0 ? [] : [{ forms: ['', `${[title, ...blocks].join('\n\n')}\n`] }]
  }
  const { why, events, logs, after } = failureParts(result)
  const folded = [
    ...logs.map(it =>
      folding(`Last lines of ${nameInHtml(it.container)} of ${objectNameInHtml(it.pod)}`, it.text),
    ),
    ...events.map(it => folding('Last events', it)),
  ]
  const write = (...blocks: readonly string[]): string => `${[title, ...blocks].join('\n\n')}\n`
  return [{ forms: ['', write(...why.slice(0, 1)), write(...why, ...after, ...folded)] }]
}

/** What a sync that went well has left to say. */
function afterSuccess(result: SyncResult): readonly string[] {
  const undone = (result.plan?.changes ?? []).filter(drifted).map(it => it.id)
  const left = result.health.filter(it => it.status !== 'healthy' && it.message !== '')
  const waits = left.some(it => it.message.startsWith(leftUntilConfirmed))
  return [
    ...(undone.length > 0 ? [`Drift that was put back: ${objects(undone)}`] : []),
    ...(left.length > 0 ? [left.slice(0, maxSick).map(leftItem).join('\n')] : []),
    ...(waits ? ['`/plumbline sync --confirm-prune` deletes what waits for that.'] : []),
  ]
}

/** What left Git says so in words that follow its name. */
function leftItem(it: ObjectHealth): string {
  const isLeaving = it.message.startsWith(leftUntilConfirmed) || it.message.startsWith(stillDeleted)
  return isLeaving ? `- ${objectName(it.id)} ${sentence(shorten(it.message, 500))}` : sickItem(it)
}

function folding(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${text}\n\n</details>`
}

/** Why a sync did not finish healthy, in the cluster's own words, and how the cluster was left. */
export function failureParts(result: SyncResult): {
  readonly why: readonly string[]
  /** Newest first. */
  readonly events: readonly string[]
  /** What containers printed last. Only the text is Markdown. */
  readonly logs: readonly { readonly container: string; readonly pod: ObjectId; readonly text: string }[]
  readonly after: readonly string[]
} {
  const sick = result.health.filter(it => it.status !== 'healthy').slice(0, maxSick)
  const events = result.events.slice(0, 10).map(it => shorten(it, 400))
  return {
    why: [
      ...(result.error
        ? [sentence(capitalised(shorten(withoutWords(result.error.message, sick), 1000)))]
        : []),
      ...(sick.length === 0 ? [] : [sick.map(sickItem).join('\n')]),
      ...failedHooks(result),
    ],
    events: events.length === 0 ? [] : [fence('text', events.join('\n'))],
    logs: (result.logs ?? []).slice(0, 3).map(it => ({
      container: shorten(it.container, 100),
      pod: it.pod,
      text: fence(
        'text',
        it.lines
          .slice(-10)
          .map(line => shorten(line, 300))
          .join('\n'),
      ),
    })),
    after: [
      ...undone(result),
      ...(result.outcome === 'failed'
        ? [
            '**The cluster could not be put back completely.** Look at the objects above before the next sync.',
          ]
        : []),
    ],
  }
}

/** The error without what the objects listed below it say themselves. */
function withoutWords(error: string, sick: readonly ObjectHealth[]): string {
  return sick
    .filter(it => it.message !== '')
    .reduce((text, { message }) => text.replaceAll(`: ${message}`, '').replaceAll(` (${message})`, ''), error)
}

function failedHooks({ hooks = [] }: SyncResult): readonly string[] {
  const failed = hooks.filter(it => it.outcome === 'failed').slice(0, maxSick)
  if (failed.length === 0) return []
  const item = ({ id, phase, message }: HookResult) =>
    `- ${objectName(id)}, a hook at ${phase}, failed${message ? `: ${code(shorten(message, 500))}` : ''}`
  return [failed.map(item).join('\n')]
}

function sickItem({ id, status, message }: ObjectHealth): string {
  const reason = message ? `: ${code(shorten(message, 500))}` : ''
  return `- ${objectName(id)} is ${status}${reason}`
}

/** What a rollback did: objects that the sync had created are gone again. */
function undone({ plan, rolledBack }: SyncResult): readonly string[] {
  const created = new Set(plan?.changes.filter(it => it.action === 'create').map(it => it.id))
  const gone = rolledBack.filter(id => created.has(id))
  const back = rolledBack.filter(id => !created.has(id))
  return [
    ...(back.length > 0 ? [`Put back as before: ${objects(back)}`] : []),
    ...(gone.length > 0 ? [`Deleted again, as new with this sync: ${objects(gone)}`] : []),
  ]
}

const maxObjects = 20
const maxSick = 10

function objects(ids: readonly ObjectId[]): string {
  const names = ids.slice(0, maxObjects).map(objectName)
  return ids.length > maxObjects ? `${names.join(', ')} and ${ids.length - maxObjects} more` : list(names)
}
