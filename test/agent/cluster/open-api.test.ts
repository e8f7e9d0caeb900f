import { expect, test } from 'vitest'
import { openClusterAccess } from '../../../src/agent/cluster/cluster-access.ts'
import { openApiOf } from '../../../src/agent/cluster/open-api.ts'
import { bundledKinds, bundledSource } from '../../../src/repository/schema/bundled.ts'
import { modules } from '../../../tools/control-plane/pins.ts'
import { useControlPlane } from '../../control-plane.ts'

const plane = useControlPlane()

async function openApi() {
  const api = await openApiOf(await openClusterAccess({ kubeconfig: plane.kubeconfig }), plane.signal)
  return { ...api, [Symbol.dispose]: () => api.close() }
}

test('the kinds of an apiVersion come with their schemas', async () => {
  using api = await openApi()
  const { kinds, components } = (await api.load('apps/v1', plane.signal))!
  expect([...kinds.keys()].sort()).toEqual([
    'ControllerRevision',
    'DaemonSet',
    'Deployment',
    'ReplicaSet',
    'StatefulSet',
  ])
  expect(components[kinds.get('Deployment')!]?.properties).toHaveProperty('spec')
})

test('an apiVersion that is not served has none', async () => {
  using api = await openApi()
  expect(api.apiVersions.has('apps/v1beta1')).toBe(false)
  expect(await api.load('apps/v1beta1', plane.signal)).toBeNull()
})

test('the bundle is what the API server of the pinned version says: tools/openapi/kubernetes.ts makes it', async () => {
  using api = await openApi()
  const bundle = bundledSource()
  expect(bundle.kubernetesVersion).toBe(modules.kubernetes.version)
  const served = await Promise.all(
    [...bundle.apiVersions].map(async apiVersion => {
      const kinds = (await api.load(apiVersion, plane.signal))?.kinds.keys() ?? []
      return [...kinds].map(kind => `${apiVersion}/${kind}`)
    }),
  )
  expect(served.flat().sort()).toEqual([...bundledKinds()].sort())
})
