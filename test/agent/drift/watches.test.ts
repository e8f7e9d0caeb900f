import { expect, test } from 'vitest'
import type { RequestNotice } from '../../../src/agent/cluster/client.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { useSyncFixture } from '../sync/fixture.ts'
import { frontend, settings } from '../sync/objects.ts'
import { handOn } from './hand.ts'
import { listen } from './listener.ts'

const fixture = useSyncFixture()
const { plane } = fixture
const hour = 3_600_000

test('however many applications there are, there is one watch per kind, and what others have is not read', async () => {
  const shops = [await fixture.shop(), await fixture.shop(), await fixture.shop()]
  for (const shop of shops) await shop.sync([frontend({ replicas: 0 }), settings('fast')])
  const requests: RequestNotice[] = []
  const cluster = createCluster({
    kubeConfig: loadKubeConfig({ kubeconfig: plane.kubeconfig }),
    onRequest: it => requests.push(it),
  })
  const [shop] = shops
  const { until, stop } = await listen(fixture, {
    application: shop!.application.name,
    cluster,
    timing: { fullComparison: hour, outOfSight: hour, leftBehind: hour },
  })
  const asked = () => requests.map(it => new URL(it.path, 'https://cluster'))
  const watches = () => asked().filter(it => it.searchParams.get('watch') === 'true')
  const paths = () => watches().map(it => it.pathname)
  await expect
    .poll(() => paths().toSorted())
    .toEqual([
      '/api/v1/configmaps',
      '/apis/apps/v1/deployments',
      `/apis/plumbline.dev/v1alpha1/namespaces/${fixture.stateNamespace}/applications`,
    ])
  const urls = asked()
  const ofOthers = urls.filter(
    it => /\/(configmaps|deployments)$/.test(it.pathname) && !it.searchParams.has('labelSelector'),
  )
  expect(ofOthers).toEqual([])
  // The sets came as streams.
  const lists = urls.filter(it => /^\/(api|apis\/apps)\/v1\/\w+$/.test(it.pathname))
  expect(lists.filter(it => it.searchParams.get('sendInitialEvents') !== 'true')).toEqual([])

  requests.length = 0
  const hand = handOn(plane, shop!.namespace, settings('fast'))
  await hand.kubectl(['annotate', hand.target, 'note=mine'])
  await hand.patch({ data: { mode: 'slow' } })
  await until(it => it?.drifted.length === 1)
  const compared = requests.filter(it => it.path.includes(`/namespaces/${shop!.namespace}/`))
  expect(compared.filter(it => it.dryRun)).toHaveLength(1)
  // One read each, or one for both when they fell into one burst.
  expect(compared.filter(it => !it.dryRun).map(it => it.method)).toSatisfy(
    (methods: readonly string[]) => methods.length <= 2 && methods.every(it => it === 'GET'),
  )
  stop()
  cluster.close()
})
