import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/agent/cluster/create-cluster.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import type { Planned } from '../../../../src/agent/plan/planner.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { limitedKubeConfig } from '../../cluster/limited-user.ts'
import { only, planStage, type PlanStage } from '../plan-stage.ts'
import { configMap, custom, definitionOf, deployment } from './objects.ts'

const plane = useControlPlane()

const codes = ({ plan }: Planned) => plan.changes.flatMap(it => it.risks.map(risk => risk.code)).sort()

/** What was asked besides the application's own objects. */
const neighboursRead = () =>
  plane.requests
    .map(it => /\/(horizontalpodautoscalers|poddisruptionbudgets|resourcequotas)/.exec(it.path)?.[1])
    .filter(it => it !== undefined)
    .sort()

/** Something of the namespace that no application renders. */
async function stranger(stage: PlanStage, object: KubernetesObject): Promise<void> {
  await plane.cluster.create(
    { ...object, metadata: { ...object.metadata, namespace: stage.namespace } },
    plane.signal,
  )
}

const autoscaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'scaler' },
  spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'frontend' } },
}

const budget: KubernetesObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'budget' },
  spec: { minAvailable: 2, selector: { matchLabels: { app: 'frontend' } } },
}

const quota = (hard: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'quota' },
  spec: { hard },
})

/** A namespace in which nobody else's objects are counted yet has no status of its quota. */
async function counted(stage: PlanStage): Promise<void> {
  await expect
    .poll(() => stage.kubectl(['get', 'resourcequota', 'quota', '-o', 'jsonpath={.status.used}']))
    .not.toBe('')
}

describe('risks that depend on the cluster', () => {
  test('replicas that somebody else’s autoscaler owns', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 2 })])
    await stranger(stage, autoscaler)
    await stage.kubectl(['scale', 'deployment/frontend', '--replicas=4'])
    const change = only(
      await stage.plan([deployment({ replicas: 2 })], { base: [deployment({ replicas: 2 })] }),
    )
    expect(change.origin).toBe('drift')
    expect(change.risks).toContainEqual({
      code: 'replicas-autoscaled',
      severity: 'medium',
      message: 'replicas are set here and by HorizontalPodAutoscaler scaler: leave them out of Git',
    })
  })

  test('replicas that fall when they leave Git', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 3 }), autoscaler])
    const { spec, ...rest } = deployment()
    const { replicas: _, ...unscaled } = spec as Record<string, unknown>
    const change = only(await stage.plan([{ ...rest, spec: unscaled }, autoscaler]))
    expect(change.fields).toMatchObject([{ path: '/spec/replicas', before: 3, after: 1 }])
    expect(change.risks).toMatchObject([{ code: 'replicas-autoscaled', severity: 'high' }])
  })

  test('a PodDisruptionBudget that lets nothing go any more', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 3 })])
    await stranger(stage, budget)
    expect(
      codes(await stage.plan([deployment({ replicas: 3, image: 'registry.example/a:2' })])),
    ).not.toContain('disruption-blocked')
    expect(codes(await stage.plan([deployment({ replicas: 2 })]))).toEqual(['disruption-blocked'])
  })

  test('requests beyond the quota, all changes together', async () => {
    const stage = await planStage(plane)
    await stranger(stage, quota({ pods: '4', configmaps: '5' }))
    await counted(stage)
    const two = [deployment({ replicas: 2 }), deployment({ name: 'backend', replicas: 3 })]
    expect(codes(await stage.plan([two[0]!], { base: [] }))).toEqual([])
    const { plan } = await stage.plan(two, { base: [] })
    expect(plan.changes.flatMap(it => it.risks)).toEqual([
      {
        code: 'quota-exceeded',
        severity: 'high',
        message: 'needs more pods than ResourceQuota quota allows: 0 of 4 are used, and this plan adds 5',
      },
    ])
  })

  test.each([{ existing: 0 }, { existing: 1 }, { existing: 4 }])(
    'a definition goes with $existing objects',
    async ({ existing }) => {
      const stage = await planStage(plane, { prune: true })
      const { definition, group, kind } = definitionOf(plane, { versions: ['v1'] })
      await stage.synced([configMap('kept'), definition])
      const isServed = async () => {
        plane.cluster.forgetDiscovery()
        return (await plane.cluster.discover(plane.signal)).find(`${group}/v1`, kind) !== null
      }
      await expect.poll(isServed).toBe(true)
      for (let at = 0; at < existing; at++) await stranger(stage, custom(`${group}/v1`, kind, `it-${at}`))
      const change = only(await stage.plan([configMap('kept')], { base: [configMap('kept'), definition] }))
      const name = `CustomResourceDefinition ${definition.metadata.name}`
      const says = [`${name} goes; no ${kind} exists`, `${name} goes with the only ${kind} in the cluster`]
      expect(change.risks).toEqual([
        {
          code: 'deletes-definition',
          severity: existing === 0 ? 'low' : 'high',
          message: says[existing] ?? `${name} goes with all 4 ${kind} objects in the cluster`,
        },
      ])
    },
  )

  test('a version of an API that the next Kubernetes does not serve', async () => {
    const stage = await planStage(plane)
    const { kubernetesVersion } = await plane.cluster.discover(plane.signal)
    expect(kubernetesVersion).toMatch(/^v1\.36\./)
    const definition = definitionOf(plane, { versions: ['v1'] }).definition as KubernetesObject & {
      spec: { versions: object[] }
    }
    const [version] = definition.spec.versions
    const versions = [{ ...version, deprecated: true, deprecationWarning: 'use something else' }]
    const old = { ...definition, spec: { ...definition.spec, versions } }
    const { group, names } = old.spec as unknown as { group: string; names: { kind: string } }
    const { plan } = await stage.plan([old, custom(`${group}/v1`, names.kind, 'it')], { base: [] })
    expect(plan.changes.flatMap(it => it.risks)).toEqual([
      { code: 'deprecated-api', severity: 'low', message: 'use something else' },
    ])
  })

  test('pods that restart, as many as run', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 3 })])
    await expect
      .poll(() => stage.kubectl(['get', 'deployment', 'frontend', '-o', 'jsonpath={.status.replicas}']), {
        timeout: 30_000,
      })
      .toBe('3')
    const change = only(await stage.plan([deployment({ replicas: 3, image: 'registry.example/a:2' })]))
    expect(change.risks).toEqual([{ code: 'pods-restart', severity: 'medium', message: '3 pods restart' }])
  })

  test('a field that another manager wrote', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' })])
    await stage.kubectl([
      'patch',
      'configmap',
      'settings',
      '--patch={"data":{"b":"theirs"}}',
      '--field-manager=vault',
    ])
    const change = only(await stage.plan([configMap('settings', { a: '1', b: 'ours' })]))
    expect(change.risks).toEqual([
      { code: 'takes-field', severity: 'medium', message: 'takes /data/b from vault' },
    ])
  })
})

describe('what they cost', () => {
  test('nothing when nothing changes', async () => {
    const stage = await planStage(plane)
    const objects = [deployment(), autoscaler, budget, configMap('settings')]
    await stage.synced(objects)
    plane.forgetRequests()
    await stage.plan(objects, { base: objects })
    const before = plane.requests.length
    expect(plane.requests.filter(it => it.path.includes('resourcequotas'))).toEqual([])
    expect(before).toBeLessThan(15)
  })

  test.each([
    { what: 'another image', head: deployment({ image: 'registry.example/a:2' }), reads: [] },
    {
      what: 'fewer replicas',
      head: deployment({ replicas: 1 }),
      reads: ['horizontalpodautoscalers', 'poddisruptionbudgets'],
    },
    {
      what: 'more replicas',
      head: deployment({ replicas: 5 }),
      reads: ['horizontalpodautoscalers', 'poddisruptionbudgets', 'resourcequotas'],
    },
  ])('of $what: $reads', async ({ head, reads }) => {
    const stage = await planStage(plane)
    await stage.synced([deployment({ replicas: 2 })])
    plane.forgetRequests()
    await stage.plan([head])
    expect(neighboursRead()).toEqual(reads)
  })

  test('a list each for a namespace, however many objects', async () => {
    const stage = await planStage(plane)
    plane.forgetRequests()
    await stage.plan(
      ['a', 'b', 'c', 'd'].map(name => deployment({ name })),
      { base: [] },
    )
    expect(neighboursRead()).toEqual(['horizontalpodautoscalers', 'poddisruptionbudgets', 'resourcequotas'])
  })

  test('what may not be read is no risk, and no failure of the plan', async () => {
    const stage = await planStage(plane)
    await stranger(stage, quota({ pods: '1' }))
    const rules = [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'create', 'patch'] },
    ]
    const kubeConfig = await limitedKubeConfig(plane, { namespace: stage.namespace, rules })
    const cluster = createCluster({ kubeConfig })
    const change = only(await stage.plan([deployment({ replicas: 5 })], { cluster, base: [] }))
    expect(change).toMatchObject({ action: 'create', risks: [] })
    cluster.close()
  })
})
