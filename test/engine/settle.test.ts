import { describe, expect, test } from 'vitest'
import { isHook } from '../../src/engine/hooks.ts'
import { settle, type Settled } from '../../src/engine/settle.ts'
import { applicationLabel } from '../../src/model/fields.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { application } from '../builders/application.ts'
import {
  annotated,
  clusterRole,
  configMap,
  definition,
  deployment,
  secret,
  withMeta,
} from '../builders/objects.ts'
import { scopeOf } from '../builders/plan-input.ts'

function settled(...objects: readonly unknown[]): Settled {
  const rendered = objects.map((object, at) => ({
    object: object as KubernetesObject,
    source: { file: 'deploy/all.yaml', line: at * 10 + 1 },
  }))
  return settle(rendered, { application: application({ name: 'shop', namespace: 'shop' }), scopeOf })
}

function one(...objects: readonly unknown[]): KubernetesObject {
  const result = settled(...objects)
  expect(result.unsettled).toEqual([])
  return result.objects[0]!.object
}

function problemOf(...objects: readonly unknown[]): {
  code: string
  message: string
  line: number | null | undefined
} {
  const { objects: kept, unsettled } = settled(...objects)
  expect(kept).toEqual([])
  const { code, message, location } = unsettled[0]!.problem
  return { code, message, line: location?.line }
}

describe('identity', () => {
  test('a namespaced object without a namespace goes to the destination', () => {
    const { namespace: _, ...metadata } = deployment().metadata
    expect(one({ ...deployment(), metadata }).metadata.namespace).toBe('shop')
  })

  test('a namespaced object keeps its own namespace', () => {
    expect(one(deployment({ namespace: 'other' })).metadata.namespace).toBe('other')
  })

  test('a cluster-scoped object loses a namespace that was written by mistake', () => {
    const result = settled(withMeta(clusterRole(), { namespace: 'shop' }))
    expect(result.objects[0]).toMatchObject({ id: 'rbac.authorization.k8s.io/ClusterRole//reader' })
    expect(result.objects[0]!.object.metadata).not.toHaveProperty('namespace')
  })

  test('two documents of one identity are an error that shows both places', () => {
    expect(problemOf(configMap(), configMap({ data: { mode: 'slow' } }))).toEqual({
      code: 'duplicate-object',
      message: 'ConfigMap shop/settings is written twice: deploy/all.yaml:1 and deploy/all.yaml:11',
      line: 11,
    })
  })

  test('a duplicate is found although only one of the two names its namespace', () => {
    const { namespace: _, ...metadata } = configMap().metadata
    expect(problemOf(configMap(), { ...configMap(), metadata }).code).toBe('duplicate-object')
  })
})

describe('kinds', () => {
  test('a kind that the cluster does not know is an error with its place', () => {
    expect(problemOf({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } })).toEqual({
      code: 'unknown-kind',
      message: 'the cluster knows no kind Widget in example.com/v1',
      line: 1,
    })
  })

  test.each([
    { scope: 'Namespaced', id: 'example.com/Widget/shop/w' },
    { scope: 'Cluster', id: 'example.com/Widget//w' },
  ])('a kind that the same set defines as $scope is settled by that', ({ scope, id }) => {
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
    expect(settled(widget, definition({ scope })).objects.map(it => it.id)).toContain(id)
  })

  test('a version that the definition does not have stays unknown', () => {
    const widget = { apiVersion: 'example.com/v2', kind: 'Widget', metadata: { name: 'w' } }
    expect(settled(widget, definition()).unsettled.map(it => it.problem.code)).toEqual(['unknown-kind'])
  })

  test.each([
    { what: 'a List', list: { apiVersion: 'v1', kind: 'List', items: [configMap(), deployment()] } },
    {
      what: 'a List in a List',
      list: {
        apiVersion: 'v1',
        kind: 'List',
        items: [configMap(), { apiVersion: 'v1', kind: 'List', items: [deployment()] }],
      },
    },
  ])('$what is flattened', ({ list }) => {
    expect(settled(list).objects.map(it => it.id)).toEqual([
      '/ConfigMap/shop/settings',
      'apps/Deployment/shop/frontend',
    ])
  })

  test('items of a typed list get its kind', () => {
    const { apiVersion: _a, kind: _k, ...item } = configMap()
    expect(one({ apiVersion: 'v1', kind: 'ConfigMapList', items: [item] })).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
    })
  })
})

describe('names', () => {
  const nameless = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'migrate-' }, spec: {} }

  test('generateName is an error, for every sync would make another object', () => {
    expect(problemOf(nameless).code).toBe('generate-name')
  })

  test('generateName is fine for a hook', () => {
    const hook = {
      ...nameless,
      metadata: { ...nameless.metadata, annotations: { 'argocd.argoproj.io/hook': 'PreSync' } },
    }
    const result = settled(hook)
    expect(result.unsettled).toEqual([])
    expect(result.hooks.map(it => it.id)).toEqual(['batch/Job/shop/migrate-'])
  })

  test.each([
    { document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 12 } }, code: 'missing-name' },
    { document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: null }, code: 'missing-name' },
    { document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }, code: 'missing-name' },
    { document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a/b' } }, code: 'invalid-name' },
    { document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '..' } }, code: 'invalid-name' },
    { document: withMeta(configMap(), { namespace: 'shop/pods' }), code: 'invalid-namespace' },
    { document: withMeta(configMap(), { namespace: '..' }), code: 'invalid-namespace' },
    { document: { kind: 'ConfigMap', metadata: { name: 'a' } }, code: 'not-an-object' },
    {
      document: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', labels: ['x'] } },
      code: 'invalid-labels',
    },
  ])('$document is told as $code', ({ document, code }) => {
    expect(problemOf(document).code).toBe(code)
  })
})

describe('content', () => {
  test('our label is set on the object and nowhere inside of it', () => {
    const object = one(deployment())
    expect(object.metadata.labels).toEqual({ [applicationLabel]: 'shop' })
    expect(JSON.stringify(object.spec)).not.toContain(applicationLabel)
  })

  test('what belongs to the server is dropped, as an export with kubectl holds it', () => {
    const exported = {
      ...deployment({ status: { replicas: 2 } }),
      metadata: {
        name: 'frontend',
        uid: 'u',
        resourceVersion: '9',
        generation: 3,
        creationTimestamp: null,
        managedFields: [],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
    }
    const object = one(exported)
    expect(object).not.toHaveProperty('status')
    expect(Object.keys(object.metadata).sort()).toEqual(['labels', 'name', 'namespace'])
  })

  test('nulls go, as absent fields', () => {
    const object = one({ ...configMap(), data: { a: 'x', b: null } })
    expect(object.data).toEqual({ a: 'x' })
  })

  test('nulls in a schema stay', () => {
    const spec = { ...(definition().spec as object), default: null }
    expect(one({ ...definition(), spec })).toMatchObject({ spec: { default: null } })
  })

  test('rules of an aggregated ClusterRole are left to the cluster', () => {
    const role = { ...clusterRole(), aggregationRule: { clusterRoleSelectors: [] } }
    expect(one(role)).not.toHaveProperty('rules')
  })

  test.each([
    { bundle: '', kept: false },
    { bundle: 'Cg==', kept: false },
    { bundle: 'LS0tLS1CRUdJTg==', kept: true },
  ])('a caBundle "$bundle" is kept: $kept', ({ bundle, kept }) => {
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'w' },
      webhooks: [{ name: 'w.example', clientConfig: { url: 'https://w', caBundle: bundle } }],
    }
    expect(JSON.stringify(one(webhook)).includes('caBundle')).toBe(kept)
  })
})

describe('Secrets', () => {
  test('of a ConfigMap, binary, is in the form that the server stores', () => {
    const folded = { ...configMap(), binaryData: { icon: 'AAEC\nAwQF\n', odd: 'not base64' } }
    expect(one(folded)['binaryData']).toEqual({ icon: 'AAECAwQF', odd: 'not base64' })
  })

  test('stringData is folded into data and wins over it', () => {
    const object = one({ ...secret({ data: { a: 'old', b: 'kept' } }), stringData: { a: 'new' } })
    expect(object.data).toEqual({ a: 'bmV3', b: 'a2VwdA==' })
    expect(object).not.toHaveProperty('stringData')
  })

  test('base64 over several lines is joined, as the server stores it', () => {
    expect(one({ ...secret(), data: { a: 'bm\nV3\n' } }).data).toEqual({ a: 'bmV3' })
  })

  test.each([
    { field: 'stringData', content: { pin: 4711 }, message: /key "pin" is not a text/ },
    { field: 'data', content: { pin: 'my secret!' }, message: /key "pin" is not base64/ },
    { field: 'data', content: ['x'], message: /is not a map/ },
  ])(
    '$field that cannot be applied is an error that names the key, never the value',
    ({ field, content, message }) => {
      const problem = problemOf({ ...secret(), [field]: content })
      expect(problem).toMatchObject({ code: 'invalid-secret', message: expect.stringMatching(message) })
      expect(problem.message).not.toMatch(/4711|my secret/)
    },
  )
})

describe('hooks', () => {
  test.each([
    { annotation: { 'argocd.argoproj.io/hook': 'PostSync' }, hook: true },
    { annotation: { 'helm.sh/hook': 'pre-install,pre-upgrade' }, hook: true },
    { annotation: { 'helm.sh/hook': 'crd-install' }, hook: false },
    { annotation: { 'argocd.argoproj.io/sync-wave': '1' }, hook: false },
  ])('$annotation makes a hook: $hook', ({ annotation, hook }) => {
    const object = annotated(configMap(), annotation)
    expect(isHook(object)).toBe(hook)
    expect(settled(object)).toMatchObject(hook ? { objects: [] } : { hooks: [] })
  })
})
