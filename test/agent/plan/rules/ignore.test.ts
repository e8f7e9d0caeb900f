import { describe, expect, test } from 'vitest'
import { applyObject } from '../../../../src/agent/sync/apply-object.ts'
import type { IgnoreDifference } from '../../../../src/model/application.ts'
import { InvalidInputError } from '../../../../src/model/problem.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { only, planStage } from '../plan-stage.ts'
import { configMap } from './objects.ts'

const plane = useControlPlane()

const rule = (over: Partial<IgnoreDifference>): IgnoreDifference => ({
  group: null,
  kind: '*',
  name: null,
  namespace: null,
  jsonPointers: [],
  jqPathExpressions: [],
  managedFieldsManagers: [],
  ...over,
})

const pointer = (...jsonPointers: string[]) => rule({ jsonPointers })
const jq = (...jqPathExpressions: string[]) => rule({ jqPathExpressions })

interface Web {
  readonly replicas?: number
  readonly image?: string
  readonly side?: string
  readonly args?: readonly string[]
  readonly tier?: string
}

/** With two containers, an annotation with a slash, and an atomic list. */
function web({ replicas = 2, image = 'app:1', side = 'side:1', args = ['a', 'b'], tier = 'gold' }: Web = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations: { 'example.com/tier': tier } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'app', image, args },
            { name: 'side', image: side },
          ],
        },
      },
    },
  } satisfies KubernetesObject
}

/** What somebody applies who wants just that. */
function part({ replicas, image, side, args, tier }: Web): KubernetesObject {
  const containers = [
    ...(image || args ? [{ name: 'app', ...(image ? { image } : {}), ...(args ? { args } : {}) }] : []),
    ...(side ? [{ name: 'side', image: side }] : []),
  ]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', ...(tier ? { annotations: { 'example.com/tier': tier } } : {}) },
    spec: {
      ...(replicas ? { replicas } : {}),
      ...(containers.length > 0 ? { template: { spec: { containers } } } : {}),
    },
  }
}

const containers = '/spec/template/spec/containers'

/** What the cluster holds of a Web. */
function read(live: KubernetesObject): Web {
  const { metadata, spec } = live as unknown as ReturnType<typeof web>
  const [app, side] = spec.template.spec.containers
  const { image = '', args = [] } = app as { image?: string; args?: readonly string[] }
  return {
    replicas: spec.replicas,
    image,
    side: side?.image ?? '',
    args,
    tier: metadata.annotations['example.com/tier'],
  }
}

describe('ignoreDifferences', () => {
  test.each([
    { rules: [pointer('/spec/replicas')], hand: { replicas: 5 } },
    { rules: [pointer('/metadata/annotations/example.com~1tier')], hand: { tier: 'tin' } },
    { rules: [pointer(`${containers}/1/image`)], hand: { side: 'side:2' } },
    { rules: [pointer(`${containers}/0/args`)], hand: { args: ['x'] } },
    { rules: [pointer(`${containers}/0/args/1`)], hand: { args: ['a', 'x'] } },
    { rules: [jq('.spec.replicas')], hand: { replicas: 5 } },
    { rules: [jq('.metadata.annotations["example.com/tier"]')], hand: { tier: 'tin' } },
    { rules: [jq('.spec.template.spec.containers[].image')], hand: { image: 'app:2', side: 'side:2' } },
    {
      rules: [jq('.spec.template.spec.containers[] | select(.name == "side") | .image')],
      hand: { side: 'side:2' },
    },
    { rules: [jq('.spec.template.spec.containers[0].args[]')], hand: { args: ['x', 'y'] } },
    {
      rules: [rule({ managedFieldsManagers: ['robot'] })],
      hand: { replicas: 5, image: 'app:2', tier: 'tin' },
    },
    {
      rules: [{ ...pointer('/spec/replicas'), group: 'apps', kind: 'Dep*', name: 'web' }],
      hand: { replicas: 5 },
    },
  ])(
    '$rules.0: what others did is not told, and what Git says there is not written',
    async ({ rules, hand }) => {
      const stage = await planStage(plane, { ignoreDifferences: rules })
      await stage.synced([web()])
      await stage.kubectl(
        ['apply', '--server-side', '--force-conflicts', '--field-manager=robot', '-f', '-'],
        part(hand),
      )
      const quiet = await stage.plan([web()], { base: [web()] })
      expect(quiet.plan.changes).toEqual([])

      const head = web({ replicas: 7, image: 'app:9', side: 'side:9', args: ['a', '9'], tier: 'zinc' })
      const planned = await stage.plan([head], { base: [web()] })
      const [desired] = planned.input.head
      const applied = await applyObject(
        plane.cluster,
        { object: desired!.object, application: stage.app },
        plane.signal,
      )
      const after = read(applied)
      const ignored = Object.keys(hand) as (keyof Web)[]
      for (const field of ignored) expect([field, after[field]]).toEqual([field, (hand as Web)[field]])
      for (const field of ['replicas', 'image', 'side', 'tier'] as const) {
        if (!ignored.includes(field)) expect([field, after[field]]).toEqual([field, read(head)[field]])
      }
      // The plan told just what was written.
      const told = planned.plan.changes.flatMap(it => it.fields.map(field => field.after))
      for (const field of ['replicas', 'image', 'side', 'tier'] as const) {
        expect([field, told.includes(read(head)[field])]).toEqual([field, !ignored.includes(field)])
      }
    },
  )

  test('of a field that Git does not have and another manager removes are none', async () => {
    const stage = await planStage(plane, { ignoreDifferences: [pointer('/data/b')] })
    await stage.synced([configMap('settings', { a: '1', b: '2' })])
    await stage.kubectl([
      'patch',
      'configmap',
      'settings',
      '--type=json',
      '--patch=[{"op":"remove","path":"/data/b"}]',
    ])
    const { plan } = await stage.plan([configMap('settings', { a: '1', b: '2' })])
    expect(plan.changes).toEqual([])
  })

  test('say nothing of other objects', async () => {
    const stage = await planStage(plane, { ignoreDifferences: [{ ...pointer('/data/a'), name: 'other' }] })
    await stage.synced([configMap('settings', { a: '1' })])
    expect(only(await stage.plan([configMap('settings', { a: '2' })])).fields).toMatchObject([
      { path: '/data/a' },
    ])
  })

  test('that are not understood fail the plan, for ignoring nothing would show what nobody wants to see', async () => {
    const stage = await planStage(plane, { ignoreDifferences: [jq('.spec | keys'), pointer('spec')] })
    const planning = stage.plan([configMap('settings')])
    await expect(planning).rejects.toBeInstanceOf(InvalidInputError)
    await expect(planning).rejects.toMatchObject({
      problems: [
        { code: 'unsupported-ignore', location: { file: 'deploy/application.yaml', line: 1 } },
        { code: 'unsupported-ignore' },
      ],
    })
  })
})
