import { describe, expect, test } from 'vitest'
import { planFrom } from '../../src/engine/plan.ts'
import { applicationLabel } from '../../src/model/fields.ts'
import type { Change, Plan } from '../../src/model/plan.ts'
import { application } from '../builders/application.ts'
import { appliedEntry, updateEntry } from '../builders/managed-fields.ts'
import {
  annotated,
  configMap,
  deployment,
  labelled,
  managedBy,
  service,
  withMeta,
} from '../builders/objects.ts'
import { planInput, type Situation, synced } from '../builders/plan-input.ts'

const frontend = 'apps/Deployment/shop/frontend'

function only(plan: Plan): Change {
  expect(plan.changes).toHaveLength(1)
  return plan.changes[0]!
}

function plan(situation: Situation): Plan {
  return planFrom(planInput(situation))
}

/** Live as after a hand edit of replicas. */
function scaledByHand(from: number, to: number): ReturnType<typeof deployment> {
  const live = synced(deployment({ replicas: from }))
  const [ours] = live.metadata.managedFields ?? []
  const { 'f:replicas': _lost, ...spec } = ours!.fieldsV1!['f:spec']!
  const entry = { ...ours!, fieldsV1: { ...ours!.fieldsV1, 'f:spec': spec } }
  const scaled = { ...live, spec: { ...(live.spec as object), replicas: to } }
  return withMeta(scaled, {
    managedFields: [
      entry,
      updateEntry('kubectl-scale', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }),
    ],
  })
}

describe('what happens to a rendered object', () => {
  test('that the cluster does not have is create, told from where it is written', () => {
    const change = only(plan({ head: [deployment()] }))
    expect(change).toMatchObject({
      id: frontend,
      action: 'create',
      origin: 'pull-request',
      source: { file: 'deploy/all.yaml', line: 1 },
    })
    expect(change.diff).toContain('+kind: Deployment')
  })

  test('that is as synced is counted, not listed', () => {
    const result = plan({ head: [deployment()], base: [deployment()], live: [synced(deployment())] })
    expect(result.changes).toEqual([])
    expect(result.summary.unchanged).toBe(1)
  })

  test('that the pull request changes is update, field by field', () => {
    const change = only(
      plan({ head: [deployment({ replicas: 3 })], base: [deployment()], live: [synced(deployment())] }),
    )
    expect(change).toMatchObject({ action: 'update', origin: 'pull-request' })
    expect(change.fields).toEqual([
      { path: '/spec/replicas', before: 2, after: 3, origin: 'pull-request', manager: null, managedAt: null },
    ])
    expect(change.diff.split('\n').filter(line => /^[+-]/.test(line))).toEqual([
      '-  replicas: 2',
      '+  replicas: 3',
    ])
  })

  test.each([
    { what: 'that somebody deleted, and that waits for its finalizers', over: { at: 'object' } },
    { what: 'whose namespace is being deleted', over: { at: 'namespace' } },
  ])('$what is created again, whatever is still there of it', ({ over }) => {
    const deletionTimestamp = '2026-01-02T00:00:00Z'
    const live = synced(deployment())
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
    const ended = withMeta(synced(namespace), { deletionTimestamp })
    const result = plan({
      head: [deployment(), namespace],
      base: [deployment(), namespace],
      live: over.at === 'object' ? [withMeta(live, { deletionTimestamp }), synced(namespace)] : [live, ended],
    })
    expect(result.changes.find(it => it.id === frontend)).toMatchObject({
      action: 'create',
      origin: 'drift',
      note: 'is being deleted; created again once it is gone',
    })
  })

  test('whose field was changed by hand is drift, with who and when', () => {
    const change = only(plan({ head: [deployment()], base: [deployment()], live: [scaledByHand(2, 5)] }))
    expect(change).toMatchObject({ action: 'update', origin: 'drift' })
    expect(change.fields).toEqual([
      {
        path: '/spec/replicas',
        before: 5,
        after: 2,
        origin: 'drift',
        manager: 'kubectl-scale',
        managedAt: '2026-01-02T00:00:00Z',
      },
    ])
  })

  test('whose drifted field the pull request changes too is both', () => {
    const change = only(
      plan({ head: [deployment({ replicas: 3 })], base: [deployment()], live: [scaledByHand(2, 5)] }),
    )
    expect(change.fields[0]).toMatchObject({ before: 5, after: 3, origin: 'both', manager: 'kubectl-scale' })
  })

  test('with one field drifted and another one changed is both, each field for itself', () => {
    const change = only(
      plan({
        head: [deployment({ image: 'registry.example/frontend:2.0' })],
        base: [deployment()],
        live: [scaledByHand(2, 5)],
      }),
    )
    expect(change.origin).toBe('both')
    expect(change.fields.map(it => [it.path, it.origin])).toEqual([
      ['/spec/replicas', 'drift'],
      ['/spec/template/spec/containers/0/image', 'pull-request'],
    ])
  })

  test('that somebody deleted although base and head have it is a create by drift', () => {
    const change = only(plan({ head: [deployment()], base: [deployment()], inventory: [frontend] }))
    expect(change).toMatchObject({ action: 'create', origin: 'drift' })
  })

  test('that exists unmanaged is adopt', () => {
    const live = managedBy(
      withMeta(deployment(), { resourceVersion: '4' }),
      updateEntry('kubectl-client-side-apply', appliedEntry(deployment()).fieldsV1!),
    )
    const change = only(plan({ head: [deployment()], base: [], live: [live], inventory: [] }))
    expect(change).toMatchObject({ action: 'adopt', note: 'exists already; Plumbline takes it over' })
    expect(change.fields.map(it => it.path)).toEqual(['/metadata/labels/plumbline.dev~1application'])
  })

  test('that another application owns is an error, and is not stolen', () => {
    const live = labelled(deployment(), { [applicationLabel]: 'billing' })
    const result = plan({ head: [deployment()], live: [live], inventory: [] })
    expect(only(result)).toMatchObject({
      action: 'error',
      error: { code: 'owned-by-another', location: { file: 'deploy/all.yaml', line: 1 } },
    })
    expect(result.summary.error).toBe(1)
  })

  test('whose label was stripped is drift, not a take-over', () => {
    const live = withMeta(synced(deployment()), { labels: {} })
    const entry = appliedEntry(deployment())
    const change = only(
      plan({
        head: [deployment()],
        base: [deployment()],
        live: [withMeta(live, { managedFields: [entry] })],
      }),
    )
    expect(change).toMatchObject({ action: 'update', origin: 'drift' })
  })

  test('that cannot be read is an error, never new', () => {
    const problem = { code: 'forbidden', message: 'cannot read live', location: null, hint: null }
    const change = only(
      plan({ head: [deployment()], reads: { [frontend]: { kind: 'unreadable', problem } } }),
    )
    expect(change).toMatchObject({ action: 'error', error: { code: 'forbidden', location: { line: 1 } } })
  })

  test('that the server refuses is an error with its reason', () => {
    const problem = {
      code: 'refused-by-server',
      message: 'spec.ports: Required value',
      location: null,
      hint: null,
    }
    const change = only(
      plan({ head: [deployment()], predictions: { [frontend]: { kind: 'refused', problem } } }),
    )
    expect(change).toMatchObject({ action: 'error', error: { message: 'spec.ports: Required value' } })
  })

  test('that is replaced for one field of an atomic list tells no default of the server in it as drift', () => {
    const set = (storage: string, more: object = {}, inItem: object = {}) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'shop' },
      spec: { volumeClaimTemplates: [{ spec: { storage, ...inItem }, ...more }] },
    })
    const written = set('1Gi', {}, { mode: 'old' })
    const stored = set('1Gi', { kind: 'PersistentVolumeClaim', status: {} }, { mode: 'old', fs: 'ext4' })
    const { managedFields = [] } = synced(written).metadata
    const change = only(
      plan({
        head: [set('2Gi')],
        base: [written],
        live: [withMeta(labelled(stored, { [applicationLabel]: 'shop' }), { managedFields })],
        predictions: {
          'apps/StatefulSet/shop/db': { kind: 'immutable', message: 'field is immutable', object: null },
        },
      }),
    )
    expect(change).toMatchObject({ action: 'replace', origin: 'pull-request' })
    expect(change.fields.map(it => it.path)).toEqual([
      '/spec/volumeClaimTemplates/0/spec/mode',
      '/spec/volumeClaimTemplates/0/spec/storage',
    ])
  })

  test('whose immutable field would change is replace, with the risk', () => {
    const change = only(
      plan({
        head: [deployment({ replicas: 3 })],
        base: [deployment()],
        live: [synced(deployment())],
        predictions: { [frontend]: { kind: 'immutable', message: 'field is immutable', object: null } },
      }),
    )
    expect(change).toMatchObject({ action: 'replace', note: 'field is immutable' })
    expect(change.risks[0]).toMatchObject({ code: 'replaces-object', severity: 'high' })
  })

  test('whose kind is defined by the same change is create, with the remark', () => {
    const note = 'validated when its CustomResourceDefinition is established'
    const change = only(plan({ head: [deployment()], predictions: { [frontend]: { kind: 'later', note } } }))
    expect(change).toMatchObject({ action: 'create', note })
  })

  test.each([
    { code: 'duplicate-object', id: frontend },
    // Whether its namespace is to be defaulted is not known.
    { code: 'unknown-kind', id: 'apps/Deployment//frontend' },
  ])('that could not be settled ($code) is an error, and its live object stays', ({ code, id }) => {
    const problem = { code, message: 'cannot be settled', location: null, hint: null }
    const result = plan({ unsettled: [{ id, problem }], live: [synced(deployment())] })
    expect(only(result)).toMatchObject({ id, action: 'error' })
  })
})

describe('what happens to an object that left Git', () => {
  const app = application()
  const gone = { head: [service()], base: [service(), deployment()], live: [synced(service())] }

  test.each([
    { when: 'it is ours and pruning is on', action: 'delete', note: null, live: synced(deployment()) },
    {
      when: 'pruning is off',
      action: 'leave-behind',
      note: 'pruning is off',
      live: synced(deployment()),
      prune: false,
    },
    {
      when: 'its label is gone',
      action: 'leave-behind',
      note: 'its application label is gone, so it is not deleted',
      live: withMeta(synced(deployment()), { labels: {} }),
    },
    {
      when: 'it has the sync option Prune=false',
      action: 'leave-behind',
      note: 'it has the sync option Prune=false',
      live: annotated(synced(deployment()), {
        'argocd.argoproj.io/sync-options': 'Validate=false, Prune=false',
      }),
    },
    {
      when: 'a controller owns it',
      action: 'leave-behind',
      note: 'Parent boss controls it',
      live: withMeta(synced(deployment()), {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Parent', name: 'boss', uid: 'u', controller: true }],
      }),
    },
    {
      when: 'another application has it now',
      action: 'leave-behind',
      note: 'it now belongs to the application billing',
      live: labelled(synced(deployment()), { [applicationLabel]: 'billing' }),
    },
    {
      when: 'discovery failed for its group',
      action: 'leave-behind',
      note: 'its API group could not be discovered, so nothing of it is deleted',
      live: synced(deployment()),
      failedGroups: ['apps'],
    },
  ])('is $action when $when', ({ live, action, note, prune = true, failedGroups = [] }) => {
    const change = only(
      plan({ ...gone, app, live: [...gone.live, live], inventory: [frontend], prune, failedGroups }),
    )
    expect(change).toMatchObject({ id: frontend, action, note, origin: 'pull-request', source: null })
  })

  test('is not listed when the cluster has lost it already, or it never was ours', () => {
    expect(plan({ ...gone, inventory: [frontend] }).changes).toEqual([])
    expect(plan({ ...gone, live: [...gone.live, deployment()], inventory: [] }).changes).toEqual([])
  })

  test('is left behind when nothing at all is rendered, unless the application itself goes', () => {
    const empty = { head: [], base: [deployment()], live: [synced(deployment())] }
    expect(only(plan(empty))).toMatchObject({ action: 'leave-behind' })
    expect(only(plan({ ...empty, removed: true }))).toMatchObject({ action: 'delete' })
    expect(only(plan({ ...empty, app: application({ allowEmpty: true }) }))).toMatchObject({
      action: 'delete',
    })
  })

  test('takes its pods with it, and is a high risk when nothing of the application stays', () => {
    const running = { ...synced(deployment()), status: { replicas: 3 } }
    const all = { head: [], base: [deployment(), service()], live: [running, synced(service())] }
    const { changes } = plan({ ...all, removed: true })
    expect(changes.flatMap(it => it.risks)).toEqual([
      {
        code: 'deletes-application',
        severity: 'high',
        message: 'every object of shop is deleted (2): it leaves this cluster',
      },
      { code: 'pods-stop', severity: 'medium', message: 'Deployment frontend goes with its 3 pods' },
    ])
    const one = only(plan({ ...gone, live: [...gone.live, running], inventory: [frontend] }))
    expect(one.risks.map(it => it.code)).toEqual(['pods-stop'])
  })

  test('is drift when only the inventory still knows it', () => {
    const change = only(plan({ ...gone, base: [service()], live: [...gone.live, synced(deployment())] }))
    expect(change).toMatchObject({ action: 'delete', origin: 'drift' })
  })
})

describe('without a base', () => {
  test('what was last synced says what is drift', () => {
    const change = only(
      plan({ head: [deployment()], base: null, lastSynced: [deployment()], live: [scaledByHand(2, 5)] }),
    )
    expect(change.fields[0]).toMatchObject({ origin: 'drift', manager: 'kubectl-scale' })
  })

  test('a field that our manager lost is drift, any other the pull request', () => {
    const change = only(
      plan({
        head: [deployment({ image: 'registry.example/frontend:2.0' })],
        base: null,
        live: [scaledByHand(2, 5)],
      }),
    )
    expect(change.fields.map(it => [it.path, it.origin])).toEqual([
      ['/spec/replicas', 'drift'],
      ['/spec/template/spec/containers/0/image', 'pull-request'],
    ])
  })
})

describe('the order and the digests of a plan', () => {
  const situation = {
    head: [deployment({ replicas: 3 }), service(), configMap()],
    base: [deployment()],
    live: [synced(deployment())],
  }

  test('changes are listed by kind, whatever the order of the render', () => {
    const ids = plan(situation).changes.map(it => it.id)
    expect(ids).toEqual(['/ConfigMap/shop/settings', '/Service/shop/frontend', frontend])
    expect(plan({ ...situation, head: situation.head.toReversed() }).changes.map(it => it.id)).toEqual(ids)
  })

  test('a plan made twice has the same digests', () => {
    expect(plan(situation).digest).toBe(plan(situation).digest)
    expect(plan(situation).changeDigest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('a live object that moved changes the digest, but not what is changed', () => {
    const moved = plan({ ...situation, live: [synced(deployment(), { resourceVersion: '2' })] })
    expect(moved.digest).not.toBe(plan(situation).digest)
    expect(moved.changeDigest).toBe(plan(situation).changeDigest)
  })

  test('a field that drifts in between changes what is changed', () => {
    const drifted = plan({ ...situation, head: [deployment({ image: 'x:2' })], live: [scaledByHand(2, 5)] })
    const calm = plan({ ...situation, head: [deployment({ image: 'x:2' })] })
    expect(drifted.changeDigest).not.toBe(calm.changeDigest)
  })
})
