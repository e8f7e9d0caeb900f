import { describe, expect, test } from 'vitest'
import {
  hookDeletePolicies,
  hookPhases,
  hooksThatRun,
  hookTasks,
  hookWave,
  hookWaves,
  isHook,
  unknownHookWords,
} from '../../src/engine/hooks.ts'
import { cleansItselfUp, hookVerdict } from '../../src/engine/hook-verdict.ts'
import { objectIdOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { annotated, configMap } from '../builders/objects.ts'

const argo = (hook: string, more: Record<string, string> = {}) =>
  annotated(configMap(), { 'argocd.argoproj.io/hook': hook, ...more })
const helm = (hook: string, more: Record<string, string> = {}) =>
  annotated(configMap(), { 'helm.sh/hook': hook, ...more })

describe('when a hook runs', () => {
  test.each([
    { hook: argo('PreSync'), phases: ['PreSync'] },
    { hook: argo('PostSync, PreSync'), phases: ['PreSync', 'PostSync'] },
    {
      hook: argo('Sync,SyncFail,PreDelete,PostDelete'),
      phases: ['Sync', 'SyncFail', 'PreDelete', 'PostDelete'],
    },
    { hook: argo('Skip'), phases: [] },
    { hook: argo('presync'), phases: [] },
    { hook: helm('pre-install'), phases: ['PreSync'] },
    { hook: helm('pre-install,pre-upgrade'), phases: ['PreSync'] },
    { hook: helm('post-upgrade, post-install'), phases: ['PostSync'] },
    { hook: helm('pre-delete,post-delete'), phases: ['PreDelete', 'PostDelete'] },
    { hook: helm('test'), phases: [] },
    { hook: helm('pre-rollback,post-rollback'), phases: [] },
    { hook: helm('constructor'), phases: [] },
    { hook: argo('PostSync', { 'helm.sh/hook': 'pre-install' }), phases: ['PostSync'] },
    { hook: argo('Skip', { 'helm.sh/hook': 'pre-install' }), phases: [] },
  ])('$hook.metadata.annotations: $phases', ({ hook, phases }) => {
    expect(isHook(hook)).toBe(true)
    expect(hookPhases(hook)).toEqual(phases)
  })

  test('words that mean nothing are found', () => {
    expect(unknownHookWords(argo('PreSync,Presync,Skip'))).toEqual(['Presync'])
  })

  test('only an application that goes runs the hooks for that', () => {
    const named = (name: string, object: KubernetesObject) => {
      const it = { ...object, metadata: { ...object.metadata, name } }
      return { id: objectIdOf(it), object: it, source: null }
    }
    const hooks = [
      named('e', argo('PostDelete')),
      named('d', argo('PreDelete')),
      named('c', argo('PostSync')),
      named('b', argo('PreSync')),
      named('a', argo('PreSync', { 'argocd.argoproj.io/sync-wave': '1' })),
      named('f', argo('SyncFail')),
    ]
    const names = (removed: boolean) => hooksThatRun(hooks, removed).map(it => it.id.at(-1))
    expect(names(false)).toEqual(['b', 'a', 'c'])
    expect(names(true)).toEqual(['d', 'e'])
  })
})

test.each([
  { hook: argo('Sync'), wave: 0 },
  { hook: argo('Sync', { 'argocd.argoproj.io/sync-wave': '-3' }), wave: -3 },
  { hook: helm('pre-install', { 'helm.sh/hook-weight': '5' }), wave: 5 },
  { hook: helm('pre-install', { 'helm.sh/hook-weight': '5', 'argocd.argoproj.io/sync-wave': '2' }), wave: 2 },
  { hook: helm('pre-install', { 'helm.sh/hook-weight': 'heavy' }), wave: 0 },
])('the wave of $hook.metadata.annotations is $wave', ({ hook, wave }) => {
  expect(hookWave(hook)).toBe(wave)
})

test.each([
  { hook: argo('Sync'), policies: ['BeforeHookCreation'] },
  {
    hook: argo('Sync', { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded' }),
    policies: ['HookSucceeded'],
  },
  {
    hook: argo('Sync', { 'argocd.argoproj.io/hook-delete-policy': 'HookFailed, BeforeHookCreation' }),
    policies: ['BeforeHookCreation', 'HookFailed'],
  },
  {
    hook: helm('pre-install', {
      'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded,hook-failed',
    }),
    policies: ['BeforeHookCreation', 'HookSucceeded', 'HookFailed'],
  },
  {
    hook: argo('Sync', { 'argocd.argoproj.io/hook-delete-policy': 'never' }),
    policies: ['BeforeHookCreation'],
  },
])('$hook.metadata.annotations is deleted by $policies', ({ hook, policies }) => {
  expect([...hookDeletePolicies(hook)]).toEqual(policies)
})

describe('what a sync runs', () => {
  const sync = { application: 'shop', syncId: 'one', revision: 'f00dfeed00' }
  const generated: KubernetesObject = {
    ...argo('PreSync,PostSync'),
    metadata: { ...argo('PreSync,PostSync').metadata, name: '', generateName: 'migrate-' },
  }

  test('has a name, the same each time that this sync is looked at', () => {
    const tasks = hookTasks([generated], sync)
    expect(tasks).toEqual(hookTasks([generated], sync))
    expect(tasks.map(it => it.object.metadata.name)).toEqual([
      expect.stringMatching(/^migrate-f00dfee-presync-[0-9a-f]{8}$/),
      expect.stringMatching(/^migrate-f00dfee-postsync-[0-9a-f]{8}$/),
    ])
    expect(tasks[0]?.object.metadata).not.toHaveProperty('generateName')
  })

  test('has another name in another sync, and so has the next of the same generateName', () => {
    const nameOf = (at: number, of: typeof sync) =>
      hookTasks([generated, generated], of)[at]?.object.metadata.name
    const names = [nameOf(0, sync), nameOf(2, sync), nameOf(0, { ...sync, syncId: 'two' })]
    expect(new Set(names).size).toBe(3)
  })

  test('has a name that a label can hold', () => {
    const long = { ...generated, metadata: { ...generated.metadata, generateName: `${'x'.repeat(70)}-` } }
    expect(hookTasks([long], sync)[0]?.object.metadata.name).toHaveLength(63)
  })

  test('is marked as a hook, never as an object of the application', () => {
    const said = {
      ...argo('Sync'),
      metadata: { ...argo('Sync').metadata, labels: { 'plumbline.dev/application': 'shop' } },
    }
    expect(hookTasks([said], sync)[0]?.object.metadata).toMatchObject({
      labels: { 'plumbline.dev/hook-of': 'shop' },
      annotations: { 'plumbline.dev/hook-run': 'one/Sync' },
    })
    expect(hookTasks([said], sync)[0]?.object.metadata.labels).not.toHaveProperty([
      'plumbline.dev/application',
    ])
  })

  test('comes in waves', () => {
    const inWave = (name: string, wave: string) => {
      const hook = argo('PreSync', { 'argocd.argoproj.io/sync-wave': wave })
      return { ...hook, metadata: { ...hook.metadata, name } }
    }
    const waves = hookWaves(
      hookTasks([inWave('c', '1'), inWave('b', '-1'), inWave('a', '-1')], sync),
      'PreSync',
    )
    expect(waves.map(it => [it.wave, it.tasks.map(task => task.object.metadata.name)])).toEqual([
      [-1, ['a', 'b']],
      [1, ['c']],
    ])
  })
})

describe('how a hook stands', () => {
  const job = (condition?: string, meta: object = {}): KubernetesObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', ...meta },
    status: condition ? { conditions: [{ type: condition, status: 'True', message: 'so it is' }] } : {},
  })
  const workflow = (phase?: string) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'migrate' },
    status: phase ? { phase } : {},
  })
  const pod = (phase: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'migrate' },
    status: { phase },
  })

  test.each([
    { object: job(), kind: 'running' },
    { object: job('Suspended'), kind: 'running' },
    { object: job('Complete'), kind: 'succeeded' },
    { object: job('Failed'), kind: 'failed' },
    { object: job('Complete', { deletionTimestamp: '2026-01-01T00:00:00Z' }), kind: 'succeeded' },
    { object: job(undefined, { deletionTimestamp: '2026-01-01T00:00:00Z' }), kind: 'running' },
    { object: pod('Pending'), kind: 'running' },
    { object: pod('Running'), kind: 'running' },
    { object: pod('Succeeded'), kind: 'succeeded' },
    { object: pod('Failed'), kind: 'failed' },
    { object: pod('Unknown'), kind: 'running' },
    { object: workflow(), kind: 'running' },
    { object: workflow('Running'), kind: 'running' },
    { object: workflow('Succeeded'), kind: 'succeeded' },
    { object: workflow('Error'), kind: 'failed' },
    { object: configMap(), kind: 'succeeded' },
  ])('$object.kind $object.status is $kind', ({ object, kind }) => {
    expect(hookVerdict(object).kind).toBe(kind)
  })

  test.each([
    { object: { ...job(), spec: { ttlSecondsAfterFinished: 0 } }, cleans: true },
    { object: { ...job(), spec: {} }, cleans: false },
    { object: { ...workflow(), spec: { ttlStrategy: { secondsAfterCompletion: 5 } } }, cleans: true },
    { object: { ...configMap(), spec: { ttlSecondsAfterFinished: 5 } }, cleans: false },
  ])('$object.kind with $object.spec cleans itself up: $cleans', ({ object, cleans }) => {
    expect(cleansItselfUp(object)).toBe(cleans)
  })
})
