import { stringify } from 'yaml'
import { count } from '../../model/phrase.ts'
import type { Change, Plan } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { TargetOptions } from '../commands/options.ts'
import { paintFor } from './colour.ts'
import { driftMarkdown, planMarkdown, syncMarkdown } from './markdown.ts'
import { indentedChange, planText } from './plan-text.ts'
import { syncText } from './sync-text.ts'

type Options = Pick<TargetOptions, 'output' | 'color'>

export interface Drift {
  readonly application: string
  readonly drifted: readonly Change[]
}

export function printPlan(plan: Plan, options: Options): void {
  print(options, plan, { text: () => planText(plan, paint(options)), markdown: () => planMarkdown(plan) })
}

export function printSync(result: SyncResult, options: Options): void {
  print(options, result, {
    text: () => syncText(result, paint(options)),
    markdown: () => syncMarkdown(result),
  })
}

export function printDrift(drift: Drift, options: Options): void {
  const text = () =>
    drift.drifted.length === 0
      ? `${drift.application}: no drift`
      : [
          `${paint(options)('bold', drift.application)}: ${count(drift.drifted.length, 'object')} drifted`,
          ...drift.drifted.map(it => indentedChange(it, paint(options))),
        ].join('\n\n')
  print(options, drift, { text, markdown: () => driftMarkdown(drift) })
}

export function printObjects(objects: readonly KubernetesObject[], format: 'yaml' | 'json'): void {
  const text =
    format === 'json'
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)
      : objects.map(it => stringify(it, { aliasDuplicateObjects: false })).join('---\n')
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

function print(
  { output }: Options,
  value: unknown,
  as: { text: () => string; markdown: () => string },
): void {
  const text = output === 'json' ? JSON.stringify(value, null, 2) : as[output]()
  process.stdout.write(`${text}\n`)
}

function paint({ color }: Options) {
  return paintFor(process.stdout, { color, env: process.env })
}
