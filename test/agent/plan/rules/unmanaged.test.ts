import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { useControlPlane } from '../../../control-plane.ts'
import { planStage } from '../plan-stage.ts'
import { configMap, deployment } from './objects.ts'

const plane = useControlPlane()

describe('what others have put into an object', () => {
  test('is no drift, and listed on request with who did it', async () => {
    const stage = await planStage(plane)
    await stage.synced([configMap('settings', { a: '1' }), configMap('quiet')])
    await stage.kubectl(['annotate', 'configmap', 'settings', 'example.com/team=payments'])
    await stage.kubectl([
      'patch',
      'configmap',
      'settings',
      '--patch={"data":{"b":"2"}}',
      '--field-manager=vault',
    ])
    const head = [configMap('settings', { a: '1' }), configMap('quiet')]
    expect((await stage.plan(head)).plan.unmanaged).toBeUndefined()
    const { plan } = await stage.plan(head, { unmanaged: true })
    expect(plan.changes).toEqual([])
    expect(plan.unmanaged).toEqual([
      {
        id: `/ConfigMap/${stage.namespace}/settings`,
        fields: [
          { path: '/data/b', value: '2', manager: 'vault' },
          { path: '/metadata/annotations/example.com~1team', value: 'payments', manager: 'kubectl-annotate' },
        ],
      },
    ])
  })

  test('is told by position in a list, without the status', async () => {
    const stage = await planStage(plane)
    await stage.synced([deployment()])
    const side = { name: 'side', image: 'side:1' }
    const sidecar: KubernetesObject = {
      ...deployment(),
      spec: { template: { spec: { containers: [side] } } },
    }
    await stage.kubectl(['apply', '--server-side', '--field-manager=injector', '-f', '-'], sidecar)
    const { plan } = await stage.plan([deployment()], { unmanaged: true })
    const fields = plan.unmanaged?.[0]?.fields.filter(it => it.manager === 'injector')
    expect(fields?.map(it => [it.path, it.value])).toEqual([
      ['/spec/template/spec/containers/1/image', 'side:1'],
      ['/spec/template/spec/containers/1/name', 'side'],
    ])
    expect(JSON.stringify(plan.unmanaged)).not.toContain('/status')
  })

  test('into a Secret shows without its content', async () => {
    const stage = await planStage(plane)
    const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' } }
    await stage.synced([secret])
    const patch = '{"stringData":{"token":"canary-token-4418"}}'
    await stage.kubectl(['patch', 'secret', 'login', `--patch=${patch}`, '--field-manager=vault'])
    const { plan } = await stage.plan([secret], { unmanaged: true })
    expect(plan.unmanaged).toMatchObject([{ fields: [{ path: '/data/token', manager: 'vault' }] }])
    for (const text of ['canary-token-4418', Buffer.from('canary-token-4418').toString('base64')]) {
      expect(JSON.stringify(plan)).not.toContain(text)
    }
  })
})
