import { createHash } from 'node:crypto'
import { applicationLabel, hookLabel, hookRunAnnotation, syncWaveAnnotations } from '../model/fields.ts'
import { type ObjectId, objectIdOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { HookPhase } from '../model/sync.ts'
import { textAt } from './json.ts'
import { compareIds, syncWave } from './order.ts'
import type { DesiredObject } from './plan-input.ts'

type HookDeletePolicy = 'BeforeHookCreation' | 'HookSucceeded' | 'HookFailed'

const phases: readonly HookPhase[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete']
const deletePolicies: readonly HookDeletePolicy[] = ['BeforeHookCreation', 'HookSucceeded', 'HookFailed']

/** A sync cannot tell an install from an upgrade, as in Argo CD; what is not listed has no place in a sync. */
const helmPhases: Readonly<Record<string, HookPhase>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
}

const helmDeletePolicies: Readonly<Record<string, HookDeletePolicy>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
}

const argoHook = 'argocd.argoproj.io/hook'
const helmHook = 'helm.sh/hook'

/** Whether an object is a hook: run by a sync, not kept. Helm's old `crd-install` is none, as in Argo CD. */
export function isHook(object: KubernetesObject): boolean {
  return [argoHook, helmHook].some(name => {
    const value = textAt(object, 'metadata', 'annotations', name)
    return value !== null && value !== '' && value !== 'crd-install'
  })
}

/**
 * When a hook runs, in the order of a sync; Helm's words count only where there are none of Argo CD's. Empty for what no sync
 * runs: `Skip`, Helm's tests and rollback hooks, and words that nobody knows.
 */
export function hookPhases(hook: KubernetesObject): readonly HookPhase[] {
  const said = new Set(wordsOf(hook, argoHook))
  const own = phases.filter(phase => said.has(phase))
  if (said.size > 0) return own
  const helms = new Set(wordsOf(hook, helmHook).map(word => lookUp(helmPhases, word)))
  return phases.filter(phase => helms.has(phase))
}

/** Words of the hook annotations that mean nothing to us, e.g. a misspelt `Presync`. */
export function unknownHookWords(object: KubernetesObject): readonly string[] {
  const known: ReadonlySet<string> = new Set([...phases, 'Skip'])
  return wordsOf(object, argoHook).filter(word => !known.has(word))
}

/** Its sync wave, else Helm's weight; 0 when it names none. */
export function hookWave(hook: KubernetesObject): number {
  const hasWave = syncWaveAnnotations.some(name => textAt(hook, 'metadata', 'annotations', name) !== null)
  if (hasWave) return syncWave(hook)
  const weight = textAt(hook, 'metadata', 'annotations', 'helm.sh/hook-weight')?.trim() ?? ''
  return /^[+-]?\d{1,9}$/.test(weight) ? Number(weight) : 0
}

/** When its object is deleted. Before the next one is created, when it says nothing. */
export function hookDeletePolicies(hook: KubernetesObject): ReadonlySet<HookDeletePolicy> {
  const words = new Set(wordsOf(hook, 'argocd.argoproj.io/hook-delete-policy'))
  const helms = wordsOf(hook, 'helm.sh/hook-delete-policy').map(word => lookUp(helmDeletePolicies, word))
  const found = deletePolicies.filter(policy => words.has(policy) || helms.includes(policy))
  return new Set(found.length > 0 ? found : ['BeforeHookCreation'])
}

/** One run of one hook in one sync. */
export interface HookTask {
  readonly id: ObjectId
  readonly phase: HookPhase
  readonly wave: number
  /** As it is created: named, and marked with its run. */
  readonly object: KubernetesObject
}

export interface SyncOfHooks {
  readonly application: string
  /** The same for every life of one sync. */
  readonly syncId: string
  readonly revision: string | null
}

/**
 * What a sync's hooks come to. A function of the sync, so that one that is carried on finds the very objects that it has
 * created before.
 */
export function hookTasks(hooks: readonly KubernetesObject[], sync: SyncOfHooks): readonly HookTask[] {
  return hooks.flatMap((hook, at) =>
    hookPhases(hook).map(phase => {
      const object = marked(named(hook, { ...sync, phase, at }), sync, phase)
      return { id: objectIdOf(object), phase, wave: hookWave(hook), object }
    }),
  )
}

/** The hooks that a sync runs when nothing fails, in order; `removed` when it takes the application away. */
export function hooksThatRun(
  hooks: readonly DesiredObject[],
  removed: boolean,
): readonly { readonly id: ObjectId; readonly phase: HookPhase }[] {
  const due: readonly HookPhase[] = removed ? ['PreDelete', 'PostDelete'] : ['PreSync', 'Sync', 'PostSync']
  return due.flatMap(phase =>
    hooks
      .filter(it => hookPhases(it.object).includes(phase))
      .sort((a, b) => hookWave(a.object) - hookWave(b.object) || compareIds(a.id, b.id))
      .map(({ id }) => ({ id, phase })),
  )
}

/** The waves of a phase, lowest first; inside a wave by kind, as all else. */
export function hookWaves(
  tasks: readonly HookTask[],
  phase: HookPhase,
): readonly { readonly wave: number; readonly tasks: readonly HookTask[] }[] {
  const ofPhase = tasks.filter(it => it.phase === phase)
  return [...Map.groupBy(ofPhase, it => it.wave)]
    .sort(([a], [b]) => a - b)
    .map(([wave, members]) => ({ wave, tasks: members.sort((a, b) => compareIds(a.id, b.id)) }))
}

/** Whether a live object is the one that this task has created. */
export function isOfTask(live: KubernetesObject, task: HookTask): boolean {
  return runOf(live) !== null && runOf(live) === runOf(task.object)
}

/** The application whose hook a live object is; null when we did not make it as one. */
export function hookOwnerOf(live: KubernetesObject): string | null {
  return textAt(live, 'metadata', 'labels', hookLabel) || null
}

function runOf(object: KubernetesObject): string | null {
  return textAt(object, 'metadata', 'annotations', hookRunAnnotation)
}

function marked(object: KubernetesObject, { application, syncId }: SyncOfHooks, phase: HookPhase) {
  const { [applicationLabel]: _, ...labels } = object.metadata.labels ?? {}
  const metadata = {
    ...object.metadata,
    labels: { ...labels, [hookLabel]: application },
    annotations: { ...object.metadata.annotations, [hookRunAnnotation]: `${syncId}/${phase}` },
  }
  return { ...object, metadata }
}

/** Names of Jobs and Pods become labels, which hold no more. */
const longestName = 63

function named(
  hook: KubernetesObject,
  run: SyncOfHooks & { readonly phase: HookPhase; readonly at: number },
): KubernetesObject {
  const { generateName, ...metadata } = hook.metadata
  if (metadata.name || !generateName) return { ...hook, metadata }
  const digest = createHash('sha256')
    .update(JSON.stringify([run.syncId, run.at]))
    .digest('hex')
    .slice(0, 8)
  const ending = `${run.revision?.slice(0, 7) ?? 'local'}-${run.phase}-${digest}`.toLowerCase()
  return {
    ...hook,
    metadata: { ...metadata, name: `${generateName.slice(0, longestName - ending.length)}${ending}` },
  }
}

function wordsOf(object: KubernetesObject, annotation: string): readonly string[] {
  const text = textAt(object, 'metadata', 'annotations', annotation) ?? ''
  return text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean)
}

function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | null {
  return Object.hasOwn(table, word) ? (table[word] ?? null) : null
}
