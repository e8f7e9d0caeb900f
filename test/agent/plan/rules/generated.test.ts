import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { planStage } from '../plan-stage.ts'
import { configMap, deployment } from './objects.ts'

const plane = useControlPlane()

const oldHash = 'bc2d4fgh5k'
const newHash = '9tm8k7h6g5'

/** What kustomize makes of a generator and a Deployment that mounts it. */
function generated(hash: string, mode: string, image = 'registry.example/frontend:1.0'): KubernetesObject[] {
  const base = deployment({ image }) as KubernetesObject & { spec: { template: { spec: object } } }
  const spec = {
    ...base.spec.template.spec,
    volumes: [{ name: 'settings', configMap: { name: `settings-${hash}` } }],
  }
  return [
    configMap(`settings-${hash}`, { mode, kept: 'as it is' }),
    { ...base, spec: { ...base.spec, template: { ...base.spec.template, spec } } },
  ]
}

const secret = (hash: string, content: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `login-${hash}` },
  stringData: content,
})

describe('an object with a hash of its content in its name', () => {
  test.each([
    { prune: true, action: 'delete', fate: 'deleted', deleted: 1 },
    { prune: false, action: 'leave-behind', fate: 'left behind', deleted: 0 },
  ])(
    'is one diff with the one whose place it takes (prune: $prune)',
    async ({ prune, action, fate, deleted }) => {
      const stage = await planStage(plane, { prune })
      await stage.synced(generated(oldHash, 'slow'))
      const { plan } = await stage.plan(generated(newHash, 'fast'), { base: generated(oldHash, 'slow') })
      const idOf = (hash: string) => `/ConfigMap/${stage.namespace}/settings-${hash}`
      const [old, created, workload] = [oldHash, newHash]
        .map(hash => plan.changes.find(it => it.id === idOf(hash)))
        .concat(plan.changes.find(it => it.id.startsWith('apps/')))

      expect(plan.summary).toMatchObject({ create: 1, delete: deleted, update: 1 })
      expect(created).toMatchObject({
        action: 'create',
        pairedWith: idOf(oldHash),
        note: `takes the place of settings-${oldHash}, which is ${fate}`,
        fields: [{ path: '/data/mode', before: 'slow', after: 'fast', origin: 'pull-request' }],
      })
      expect(created?.diff.split('\n').filter(line => /^[+-]/.test(line))).toEqual([
        `-  name: settings-${oldHash}`,
        `+  name: settings-${newHash}`,
        '-  mode: slow',
        '+  mode: fast',
      ])
      expect(old).toMatchObject({ action, pairedWith: idOf(newHash), fields: [], diff: '' })
      expect(old?.note).toContain(`settings-${newHash} takes its place`)
      expect(workload).toMatchObject({
        action: 'update',
        note: `changes only to follow ConfigMap ${stage.namespace}/settings-${newHash}`,
        fields: [{ before: `settings-${oldHash}`, after: `settings-${newHash}`, follows: idOf(newHash) }],
      })
    },
  )

  test('does not hide what else changes where it is referred to', async () => {
    const stage = await planStage(plane)
    await stage.synced(generated(oldHash, 'slow'))
    const head = generated(newHash, 'fast', 'registry.example/frontend:2.0')
    const { plan } = await stage.plan(head, { base: generated(oldHash, 'slow') })
    const workload = plan.changes.find(it => it.id.startsWith('apps/'))
    expect(workload?.note).toBeNull()
    expect(workload?.fields.map(it => it.follows !== undefined)).toEqual([false, true])
  })

  test('keeps the content of a Secret, and yet shows which keys are equal', async () => {
    const stage = await planStage(plane, { prune: true })
    const before = secret(oldHash, { user: 'canary-user-5521', password: 'canary-old-7731' })
    const after = secret(newHash, { user: 'canary-user-5521', password: 'canary-new-9942' })
    await stage.synced([before])
    const { plan } = await stage.plan([after], { base: [before] })
    const created = plan.changes.find(it => it.action === 'create')
    expect(created?.fields.map(it => it.path)).toEqual(['/data/password'])
    for (const text of ['canary-user-5521', 'canary-old-7731', 'canary-new-9942']) {
      for (const form of [text, Buffer.from(text).toString('base64')]) {
        expect(JSON.stringify(plan)).not.toContain(form)
      }
    }
  })

  test('pairs with the base’s when older ones were left behind', async () => {
    const stage = await planStage(plane, { prune: false })
    await stage.synced([
      configMap('settings-2222222222', { a: '0' }),
      configMap(`settings-${oldHash}`, { a: '1' }),
    ])
    const { plan } = await stage.plan([configMap(`settings-${newHash}`, { a: '2' })], {
      base: [configMap(`settings-${oldHash}`, { a: '1' })],
    })
    const created = plan.changes.find(it => it.action === 'create')
    expect(created).toMatchObject({ pairedWith: `/ConfigMap/${stage.namespace}/settings-${oldHash}` })
    expect(created?.fields).toMatchObject([{ before: '1', after: '2' }])
    const older = plan.changes.find(it => it.id.endsWith('2222222222'))
    expect(older?.pairedWith).toBeUndefined()
  })

  test.each([
    { what: 'another name', now: configMap(`others-${newHash}`) },
    { what: 'no hash', now: configMap('settings-production') },
    { what: 'another kind', now: { ...configMap(`settings-${newHash}`), kind: 'Secret', data: {} } },
  ])('pairs with nothing of $what', async ({ now }) => {
    const stage = await planStage(plane, { prune: true })
    await stage.synced([configMap(`settings-${oldHash}`, { a: '1' })])
    const { plan } = await stage.plan([now], { base: [configMap(`settings-${oldHash}`, { a: '1' })] })
    expect(plan.changes).toHaveLength(2)
    expect(plan.changes.map(it => it.pairedWith)).toEqual([undefined, undefined])
  })

  test('changes no digest by being paired: what is done counts, not how it is told', async () => {
    const stage = await planStage(plane, { prune: true })
    await stage.synced(generated(oldHash, 'slow'))
    const plan = () => stage.plan(generated(newHash, 'fast'), { base: generated(oldHash, 'slow') })
    expect((await plan()).plan.changeDigest).toBe((await plan()).plan.changeDigest)
  })
})
