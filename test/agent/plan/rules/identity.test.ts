import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { only, planStage } from '../plan-stage.ts'
import { configMap, custom, definitionOf } from './objects.ts'

const plane = useControlPlane()

const list = (kind: string, items: readonly object[]): KubernetesObject =>
  ({ apiVersion: 'v1', kind, items }) as unknown as KubernetesObject

const bare = (name: string) => ({ metadata: { name }, data: { a: '1' } })

describe('the identity of an object', () => {
  test('has the namespace of the application where none is written', async () => {
    const stage = await planStage(plane)
    const change = only(await stage.plan([configMap('settings')], { base: [] }))
    expect(change.id).toBe(`/ConfigMap/${stage.namespace}/settings`)
  })

  test('has the namespace that is written', async () => {
    const stage = await planStage(plane)
    const other = await plane.namespace()
    const change = only(await stage.plan([configMap('settings', {}, { namespace: other })], { base: [] }))
    expect(change.id).toBe(`/ConfigMap/${other}/settings`)
  })

  test('has no namespace when the kind belongs to the cluster, whatever is written', async () => {
    const stage = await planStage(plane)
    const name = plane.freeName('role')
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, namespace: 'somewhere' },
      rules: [],
    }
    const change = only(await stage.plan([role], { base: [] }))
    expect(change).toMatchObject({ id: `rbac.authorization.k8s.io/ClusterRole//${name}`, action: 'create' })
  })

  test('is the same with and without the namespace written: two documents of it are an error that shows both', async () => {
    const stage = await planStage(plane)
    const twice = [configMap('settings'), configMap('settings', {}, { namespace: stage.namespace })]
    const change = only(await stage.plan(twice, { base: [] }))
    expect(change).toMatchObject({
      action: 'error',
      error: { code: 'duplicate-object', location: { file: 'deploy/all.yaml', line: 11 } },
    })
    expect(change.error?.message).toContain('written twice: deploy/all.yaml:1 and deploy/all.yaml:11')
  })

  test('is the same in both groups that serve a moved kind', async () => {
    const stage = await planStage(plane)
    const event = (apiVersion: string): KubernetesObject => ({
      apiVersion,
      kind: 'Event',
      metadata: { name: 'note' },
    })
    const change = only(await stage.plan([event('v1'), event('events.k8s.io/v1')], { base: [] }))
    expect(change).toMatchObject({
      id: `/Event/${stage.namespace}/note`,
      error: { code: 'duplicate-object' },
    })
  })
})

describe('lists', () => {
  test.each([
    { what: 'a List', written: () => list('List', [configMap('a'), configMap('b')]) },
    {
      what: 'a List in a List',
      written: () => list('List', [list('List', [configMap('a')]), configMap('b')]),
    },
    {
      what: 'a typed list, whose items need not name their kind',
      written: () => list('ConfigMapList', [bare('a'), bare('b')]),
    },
  ])('$what is its items, at its place', async ({ written }) => {
    const stage = await planStage(plane)
    const { plan } = await stage.plan([written()], { base: [] })
    expect(plan.changes.map(it => [it.id, it.action, it.source?.line])).toEqual([
      [`/ConfigMap/${stage.namespace}/a`, 'create', 1],
      [`/ConfigMap/${stage.namespace}/b`, 'create', 1],
    ])
  })
})

describe('generateName', () => {
  const generated = (annotations?: Record<string, string>) =>
    ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'job-', ...(annotations ? { annotations } : {}) },
    }) as unknown as KubernetesObject

  test('is an error, for every sync would create another one', async () => {
    const stage = await planStage(plane)
    const change = only(await stage.plan([generated()], { base: [] }))
    expect(change).toMatchObject({
      action: 'error',
      error: { code: 'generate-name', location: { file: 'deploy/all.yaml', line: 1 } },
    })
  })

  test('is what hooks may have', async () => {
    const stage = await planStage(plane)
    const { plan } = await stage.plan([generated({ 'argocd.argoproj.io/hook': 'PreSync' })], { base: [] })
    expect(plan.summary.error).toBe(0)
  })
})

describe('a kind that moved to another group', () => {
  const ingress = (apiVersion: string): KubernetesObject => ({
    apiVersion,
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })

  test('and that the inventory knows by the old one is neither created nor deleted', async () => {
    const stage = await planStage(plane)
    await stage.synced([ingress('networking.k8s.io/v1')])
    await stage.state.saveStatus(
      stage.app.name,
      { inventory: [`extensions/Ingress/${stage.namespace}/web`] },
      plane.signal,
    )
    const { plan } = await stage.plan([ingress('networking.k8s.io/v1')], {
      base: [ingress('extensions/v1beta1')],
    })
    expect(plan.changes).toEqual([])
    expect(plan.summary.unchanged).toBe(1)
  })

  test('and that the base still writes in the old one tells drift from what the pull request changes', async () => {
    const stage = await planStage(plane)
    const labelled = (apiVersion: string, tier: string) => ({
      ...ingress(apiVersion),
      metadata: { name: 'web', labels: { tier } },
    })
    await stage.synced([labelled('networking.k8s.io/v1', 'a')])
    await stage.kubectl(['label', '--overwrite', 'ingress', 'web', 'tier=hand'])
    const change = only(
      await stage.plan([labelled('networking.k8s.io/v1', 'a')], {
        base: [labelled('extensions/v1beta1', 'a')],
      }),
    )
    expect(change).toMatchObject({ action: 'update', origin: 'drift' })
  })

  test('is an error in the old one that says what to use, and its live object stays', async () => {
    const stage = await planStage(plane, { prune: true })
    await stage.synced([ingress('networking.k8s.io/v1')])
    const change = only(
      await stage.plan([ingress('extensions/v1beta1')], { base: [ingress('networking.k8s.io/v1')] }),
    )
    expect(change).toMatchObject({
      action: 'error',
      error: { code: 'removed-api', hint: 'Use networking.k8s.io/v1', location: { line: 1 } },
    })
  })
})

describe('a kind with several versions', () => {
  test('is one object in all of them', async () => {
    const stage = await planStage(plane)
    const { definition, group, kind } = definitionOf(plane, {
      versions: ['v1alpha1', 'v1'],
      properties: { size: { type: 'integer' } },
    })
    await stage.synced([definition])
    const at = (version: string, size = 1) => custom(`${group}/${version}`, kind, 'one', { size })
    await expect.poll(() => served(`${group}/v1`, kind)).toBe(true)
    await stage.synced([definition, at('v1alpha1')])
    const same = await stage.plan([definition, at('v1')], { base: [definition, at('v1alpha1')] })
    expect(same.plan.changes).toEqual([])
    expect(same.plan.summary.unchanged).toBe(2)
    const change = only(await stage.plan([definition, at('v1', 2)], { base: [definition, at('v1alpha1')] }))
    expect(change).toMatchObject({
      id: `${group}/${kind}/${stage.namespace}/one`,
      action: 'update',
      origin: 'pull-request',
    })
    expect(change.fields.map(it => it.path)).toEqual(['/spec/size'])
  })

  test('says which version is served when it is written in another one', async () => {
    const stage = await planStage(plane)
    const { definition, group, kind } = definitionOf(plane, { versions: ['v1'] })
    await stage.synced([definition])
    await expect.poll(() => served(`${group}/v1`, kind)).toBe(true)
    const change = only(await stage.plan([definition, custom(`${group}/v2`, kind, 'one')], { base: null }))
    expect(change.error).toMatchObject({
      code: 'unknown-kind',
      hint: `The cluster serves it in ${group}/v1`,
    })
  })
})

describe('a group whose discovery fails', () => {
  test('loses nothing, and says why its objects cannot be planned', async () => {
    const stage = await planStage(plane, { prune: true })
    const group = `${plane.freeName('gone')}.example.com`
    const service: KubernetesObject = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group}` },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
        service: { name: 'nobody', namespace: stage.namespace },
      },
    }
    plane.cleanUp(service)
    await plane.cluster.create(service, plane.signal)
    await expect.poll(failedGroups, { timeout: 30_000 }).toContain(group)
    await stage.synced([configMap('kept')])
    const thing = `${group}/Thing/${stage.namespace}/one`
    const kept = `/ConfigMap/${stage.namespace}/kept`
    await stage.state.saveStatus(stage.app.name, { inventory: [kept, thing] }, plane.signal)

    const left = only(await stage.plan([configMap('kept')]))
    expect(left).toMatchObject({
      id: thing,
      action: 'leave-behind',
      note: 'its API group could not be discovered, so nothing of it is deleted',
    })
    const { plan } = await stage.plan([configMap('kept'), custom(`${group}/v1`, 'Thing', 'one')])
    expect(plan.changes).toMatchObject([{ action: 'error', error: { code: 'cannot-discover' } }])
    expect(plan.summary).toMatchObject({ error: 1, unchanged: 1, delete: 0 })
  })
})

async function served(apiVersion: string, kind: string): Promise<boolean> {
  plane.cluster.forgetDiscovery()
  return (await plane.cluster.discover(plane.signal)).find(apiVersion, kind) !== null
}

async function failedGroups(): Promise<readonly string[]> {
  plane.cluster.forgetDiscovery()
  return [...(await plane.cluster.discover(plane.signal)).failedGroups]
}
