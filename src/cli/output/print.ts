import { join, relative } from 'node:path'
import type { Change, Plan } from '../../model/plan.ts'
import type { SourceLocation } from '../../model/problem.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { TargetOptions } from '../commands/options.ts'
import { paintFor } from './colour.ts'
import type { Heals } from '../heal-history.ts'
import type { History } from '../history.ts'
import type { Screen } from './screen.ts'
import { writeOut } from './write-out.ts'

type Options = Pick<TargetOptions, 'output' | 'color'>

export interface Drift {
  readonly application: string
  readonly drifted: readonly Change[]
  /** Nothing was synced yet, so that there is nothing to bring back. */
  readonly neverSynced?: true
}

export interface PlanOptions extends Options {
  readonly full?: boolean
  /** The folder that files are relative to. */
  readonly root: string
}

export function printPlan(plan: Plan, options: PlanOptions): Promise<void> {
  return print(options, plan, {
    async text(screen) {
      const { planText } = await import('./plan-text.ts')
      return planText(fromHere(plan, options.root), { full: options.full ?? false }, screen)
    },
    markdown: async () => (await import('./markdown.ts')).planMarkdown(plan),
  })
}

export function printSync(result: SyncResult, options: Options): Promise<void> {
  return print(options, result, {
    text: async ({ paint }) => (await import('./sync-text.ts')).syncText(result, paint),
    markdown: async () => (await import('./markdown.ts')).syncMarkdown(result),
  })
}

export function printDrift(drift: Drift, options: Options): Promise<void> {
  return print(options, drift, {
    text: async screen => (await import('./drift-text.ts')).driftText(drift, screen),
    markdown: async () => (await import('./markdown.ts')).driftMarkdown(drift),
  })
}

export function printHistory(history: History, options: Options): Promise<void> {
  return print(options, history, {
    text: async screen => (await import('./history-text.ts')).historyText(history, screen),
    markdown: async () => (await import('./markdown.ts')).historyMarkdown(history),
  })
}

export function printHeals(heals: Heals, options: Options): Promise<void> {
  return print(options, heals, {
    text: async screen => (await import('./heals-text.ts')).healsText(heals, screen),
    markdown: async () => (await import('./markdown.ts')).healsMarkdown(heals),
  })
}

/** Files as the person would name them from where the command runs, so that a terminal opens them. */
function fromHere(plan: Plan, root: string): Plan {
  const moved = <T extends SourceLocation | null>(location: T): T =>
    location && { ...location, file: relative(process.cwd(), join(root, location.file)) }
  const changes = plan.changes.map(change => ({
    ...change,
    source: moved(change.source),
    error: change.error && { ...change.error, location: moved(change.error.location) },
  }))
  return { ...plan, changes }
}

interface Forms {
  text(screen: Screen): Promise<string>
  markdown(): Promise<string>
}

async function print({ output, color }: Options, value: unknown, forms: Forms): Promise<void> {
  const { stdout } = process
  const paint = paintFor(stdout, { color, env: process.env })
  const screen = { paint, width: stdout.isTTY ? stdout.columns : null }
  const text = {
    json: async () => JSON.stringify(value, null, 2),
    text: () => forms.text(screen),
    markdown: () => forms.markdown(),
  }
  writeOut(`${await text[output]()}\n`)
}
