import { describe, expect, test } from 'vitest'
import { applicationLabel } from '../../../../src/model/fields.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { only, planStage } from '../plan-stage.ts'
import { configMap } from './objects.ts'

const plane = useControlPlane()

/** Two applications of one namespace, each with a memory of its own. */
async function two() {
  const from = await planStage(plane, { prune: true })
  const to = await planStage(plane, { prune: true, namespace: from.namespace })
  return { from, to }
}

const shared = configMap('shared', { a: '1' })
const own = configMap('own', { a: '1' })
const unlabel = ['label', 'configmap', 'shared', `${applicationLabel}-`]

describe('an object of another application', () => {
  test('is refused with its owner and the way to hand it over, and others are still planned', async () => {
    const { from, to } = await two()
    await from.synced([shared])
    const { plan } = await to.plan([shared, own], { base: [] })
    expect(plan.summary).toMatchObject({ create: 1, error: 1, adopt: 0 })
    expect(plan.changes.find(it => it.action === 'error')?.error).toMatchObject({
      code: 'owned-by-another',
      message: `ConfigMap ${from.namespace}/shared belongs to the application ${from.app.name}`,
      hint: `Remove it from one of the two; to move it, do so in one commit of both, or delete its label ${applicationLabel}`,
      location: { file: 'deploy/all.yaml', line: 1 },
    })
  })

  test('is not asked to be changed, not even as a dry run', async () => {
    const { from, to } = await two()
    await from.synced([shared])
    plane.forgetRequests()
    await to.plan([shared], { base: [] })
    expect(plane.requests.filter(it => it.dryRun)).toEqual([])
  })

  test('is nobody else’s to delete, whatever an inventory says', async () => {
    const { from, to } = await two()
    await from.synced([shared, own])
    await to.synced([configMap('kept')])
    const ids = ['kept', 'shared'].map(name => `/ConfigMap/${from.namespace}/${name}`)
    await to.state.saveStatus(to.app.name, { inventory: ids }, plane.signal)
    const change = only(await to.plan([configMap('kept')]))
    expect(change).toMatchObject({
      action: 'leave-behind',
      note: `it now belongs to the application ${from.app.name}`,
    })
  })
})

describe('an object that moves between two applications', () => {
  test('is handed over by its label: the one leaves it behind, the other adopts it', async () => {
    const { from, to } = await two()
    await from.synced([shared, own])
    await from.kubectl(unlabel)

    const left = only(await from.plan([own], { base: [shared, own] }))
    expect(left).toMatchObject({
      action: 'leave-behind',
      note: 'its application label is gone, so it is not deleted',
    })
    const taken = only(await to.plan([shared], { base: [] }))
    expect(taken).toMatchObject({ origin: 'pull-request', error: null })
    expect(taken.fields.map(it => [it.path, it.after])).toEqual([
      [`/metadata/labels/${applicationLabel.replace('/', '~1')}`, to.app.name],
    ])

    await to.synced([shared])
    const gone = only(await from.plan([own], { base: [own] }))
    expect(gone).toMatchObject({
      action: 'leave-behind',
      note: `it now belongs to the application ${to.app.name}`,
    })
    expect((await to.plan([shared], { base: [shared] })).plan.changes).toEqual([])
  })

  test('is deleted by the one before the other may create it, when nobody hands it over', async () => {
    const { from, to } = await two()
    await from.synced([shared, own])
    expect(only(await from.plan([own], { base: [shared, own] }))).toMatchObject({ action: 'delete' })
    expect(only(await to.plan([shared], { base: [] }))).toMatchObject({ action: 'error' })
    await from.kubectl(['delete', 'configmap', 'shared'])
    expect(only(await to.plan([shared], { base: [] }))).toMatchObject({ action: 'create' })
  })
})

describe('what keeps an object from being deleted', () => {
  test.each([
    {
      what: 'its sync option',
      annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false' },
      note: 'it has the sync option Prune=false',
    },
    {
      what: "helm's policy",
      annotations: { 'helm.sh/resource-policy': 'keep' },
      note: 'it has the annotation helm.sh/resource-policy: keep',
    },
  ])('is $what', async ({ annotations, note }) => {
    const stage = await planStage(plane, { prune: true })
    const left = configMap('left', { a: '1' }, { annotations })
    await stage.synced([own, left])
    expect(only(await stage.plan([own], { base: [own, left] }))).toMatchObject({
      action: 'leave-behind',
      note,
    })
  })

  test('is a controller that owns it', async () => {
    const stage = await planStage(plane, { prune: true })
    const boss = await plane.cluster.create(
      configMap('boss', {}, { namespace: stage.namespace }),
      plane.signal,
    )
    const { uid = '' } = boss.metadata
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid, controller: true }
    const left = configMap('left', { a: '1' }, { ownerReferences: [owner] })
    await stage.synced([own, left])
    expect(only(await stage.plan([own], { base: [own, left] }))).toMatchObject({
      action: 'leave-behind',
      note: 'ConfigMap boss controls it',
    })
  })
})
