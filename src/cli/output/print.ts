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

type Format = TargetOptions['output']

export interface Drift {
  readonly application: string
  readonly drifted: readonly Change[]
}

export function printPlan(plan: Plan, format: Format): void {
  print(format, plan, { text: () => planText(plan, paint()), markdown: () => planMarkdown(plan) })
}

export function printSync(result: SyncResult, format: Format): void {
  print(format, result, { text: () => syncText(result, paint()), markdown: () => syncMarkdown(result) })
}

export function printDrift(drift: Drift, format: Format): void {
  const text = () =>
    drift.drifted.length === 0
      ? `${drift.application}: no drift`
      : [
          `${paint()('bold', drift.application)}: ${count(drift.drifted.length, 'object')} drifted`,
          ...drift.drifted.map(it => indentedChange(it, paint())),
        ].join('\n\n')
  print(format, drift, { text, markdown: () => driftMarkdown(drift) })
}

export function printObjects(objects: readonly KubernetesObject[], format: 'yaml' | 'json'): void {
  const text =
    format === 'json'
      ? JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2)
      : objects.map(it => stringify(it, { aliasDuplicateObjects: false })).join('---\n')
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

function print(format: Format, value: unknown, as: { text: () => string; markdown: () => string }): void {
  const text = format === 'json' ? JSON.stringify(value, null, 2) : as[format]()
  process.stdout.write(`${text}\n`)
}

function paint() {
  return paintFor(process.stdout, process.env)
}
