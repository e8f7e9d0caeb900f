import { describe, expect, test } from 'vitest'
import { driftOf } from '../../src/engine/drift.ts'
import { withValueAtSteps } from '../../src/engine/with-value.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { Change } from '../../src/model/plan.ts'
import type { LiveRead } from '../../src/model/rendered.ts'
import type { Application } from '../../src/model/application.ts'
import { application } from '../builders/application.ts'
import { edited } from '../builders/edited.ts'
import { updateEntry } from '../builders/managed-fields.ts'
import { clusterRole, configMap, deployment, managedBy, withMeta } from '../builders/objects.ts'
import { desired, key, synced } from '../builders/plan-input.ts'

const frontend = 'apps/Deployment/shop/frontend'

function drift(
  git: KubernetesObject,
  live: LiveRead | KubernetesObject | null,
  app = application(),
): readonly Change[] {
  const objects = desired([git], app)
  const read: LiveRead | null = live === null || isRead(live) ? live : { kind: 'live', object: live }
  return driftOf({
    desired: objects,
    live: new Map(read ? [[objects[0]!.id, read]] : []),
    application: app,
    redactionKey: key,
  })
}

function isRead(live: LiveRead | KubernetesObject): live is LiveRead {
  return !('apiVersion' in live)
}

const replicas = ['f:spec', 'f:replicas']
const container = ['f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"app"}']

describe('drift is', () => {
  test('a field of ours that somebody changed, with who and when', () => {
    const [change] = drift(deployment(), edited(synced(deployment()), replicas, 5))
    expect(change).toMatchObject({ id: frontend, action: 'update', origin: 'drift', error: null })
    expect(change?.fields).toEqual([
      {
        path: '/spec/replicas',
        before: 5,
        after: 2,
        origin: 'drift',
        manager: 'kubectl-edit',
        managedAt: '2026-01-02T00:00:00Z',
        operation: 'Update',
        ignore: { kind: 'json-pointer', expression: '/spec/replicas' },
      },
    ])
    expect(change?.diff).toContain('-  replicas: 5\n+  replicas: 2')
  })

  test('an object that somebody deleted: putting it back is a create', () => {
    const [change] = drift(deployment(), { kind: 'absent' })
    expect(change).toMatchObject({ id: frontend, action: 'create', origin: 'drift' })
    expect(change?.diff).toContain('+kind: Deployment')
  })

  test('our label, when it is stripped', () => {
    const live = edited(
      synced(deployment()),
      ['f:metadata', 'f:labels', 'f:plumbline.dev/application'],
      undefined,
    )
    expect(drift(deployment(), live)[0]?.fields.map(it => it.path)).toEqual([
      '/metadata/labels/plumbline.dev~1application',
    ])
  })

  test('a text that would be the same if it were a quantity', () => {
    const git = configMap({ data: { version: '1.10' } })
    const live = edited(synced(git), ['f:data', 'f:version'], '1.1')
    expect(drift(git, live)[0]?.fields).toMatchObject([
      { path: '/data/version', before: '1.1', after: '1.10' },
    ])
  })

  test('an item of a list that somebody removed', () => {
    const git = deployment({ env: { A: '1', B: '2' } })
    const live = edited(synced(git), [...container, 'f:env'], [{ name: 'A', value: '1' }])
    expect(drift(git, live)[0]?.fields[0]).toMatchObject({
      path: '/spec/template/spec/containers/0/env/1',
      before: null,
      after: { name: 'B', value: '2' },
    })
  })

  test('a change inside of an atomic list', () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'delete'] }]
    const live = edited(synced(clusterRole()), ['f:rules'], rules)
    expect(drift(clusterRole(), live)[0]?.fields.map(it => it.path)).toEqual(['/rules/0/verbs'])
  })

  test('an error, when an object cannot be read', () => {
    const problem = { code: 'forbidden', message: 'cannot read live', location: null, hint: null }
    expect(drift(deployment(), { kind: 'unreadable', problem })).toMatchObject([
      { action: 'error', error: problem },
    ])
  })
})

describe('drift is not', () => {
  const stored = (cpu: unknown): KubernetesObject =>
    withValueAtSteps(deployment(), [...container, 'f:resources'], { limits: { cpu } }) as KubernetesObject

  test.each<{ what: string; git: KubernetesObject; live: KubernetesObject; app?: Application }>([
    { what: 'an object as synced', git: deployment(), live: synced(deployment()) },
    {
      what: 'a field that others added',
      git: deployment(),
      live: managedBy(
        withValueAtSteps(synced(deployment()), ['f:metadata', 'f:labels', 'f:x'], 'y') as KubernetesObject,
        updateEntry('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:x': {} } } }),
      ),
    },
    {
      what: 'a container that others added',
      git: deployment(),
      live: withValueAtSteps(synced(deployment()), [...container.slice(0, -1), 'k:{"name":"side"}'], {
        name: 'side',
      }) as KubernetesObject,
    },
    {
      what: 'a quantity in the form of the server',
      git: stored('0.1'),
      live: { ...synced(stored('0.1')), spec: stored('100m').spec },
    },
    {
      what: 'a quantity in the form of the server, although managedFields were reset',
      git: stored('0.1'),
      live: withMeta({ ...synced(stored('0.1')), spec: stored('100m').spec }, { managedFields: [] }),
    },
    {
      what: 'a value that was changed and changed back',
      git: deployment(),
      live: edited(synced(deployment()), replicas, 2),
    },
    {
      what: 'a field that is ignored',
      git: deployment(),
      live: edited(synced(deployment()), replicas, 5),
      app: application({
        ignoreDifferences: [
          {
            group: 'apps',
            kind: 'Deployment',
            name: null,
            namespace: null,
            jsonPointers: ['/spec/replicas'],
            jqPathExpressions: [],
            managedFieldsManagers: [],
          },
        ],
      }),
    },
  ])('$what', ({ git, live, app }) => {
    expect(drift(git, live, app ?? application())).toEqual([])
  })

  test('an object that was not read', () => {
    expect(drift(deployment(), null)).toEqual([])
  })
})
