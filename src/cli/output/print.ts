import type { Change, Plan } from '../../model/plan.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { TargetOptions } from '../commands/options.ts'
import { paintFor } from './colour.ts'
import type { Screen } from './screen.ts'

type Options = Pick<TargetOptions, 'output' | 'color'>

export interface Drift {
  readonly application: string
  readonly drifted: readonly Change[]
}

export function printPlan(plan: Plan, options: Options & { readonly full?: boolean }): Promise<void> {
  return print(options, plan, {
    async text(screen) {
      const { planText } = await import('./plan-text.ts')
      return planText(plan, { full: options.full ?? false }, screen)
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
  stdout.write(`${await text[output]()}\n`)
}
