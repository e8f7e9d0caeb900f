import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { ClusterError, type Resource, type WatchEvent } from '../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import { useControlPlane } from '../../control-plane.ts'

const plane = useControlPlane()
const configMaps: Resource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: [],
}

const configMap = (namespace: string, name: string, value = '1') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { watched: 'yes' } },
  data: { value },
})

const apply = (namespace: string, name: string, value?: string) =>
  plane.cluster.apply(configMap(namespace, name, value), { dryRun: false }, plane.signal)

function said(event: WatchEvent): string {
  return event.type === 'synced'
    ? `synced ${event.objects.map(it => it.metadata.name).join(' ')}`
    : `${event.type} ${event.object.metadata.name}`
}

test('tells the set first, then every change, until it is aborted', async () => {
  const namespace = await plane.namespace()
  await apply(namespace, 'a')
  const stop = new AbortController()
  const events: string[] = []
  const followed = plane.cluster.watch(configMaps, { namespace, labelSelector: 'watched=yes' }, stop.signal)
  for await (const event of followed) {
    events.push(said(event))
    if (events.length === 1) await apply(namespace, 'b')
    if (events.length === 2) await apply(namespace, 'a', '2')
    if (events.length === 3)
      await plane.cluster.delete(configMaps, { namespace, name: 'b' }, {}, plane.signal)
    if (events.length === 4) stop.abort()
  }
  expect(events).toEqual(['synced a', 'set b', 'set a', 'gone b'])
})

test('goes on where it was when its connection is cut', async () => {
  const namespace = await plane.namespace()
  const proxy = await createProxy(
    new URL(loadKubeConfig({ kubeconfig: plane.kubeconfig }).getCurrentCluster()!.server),
  )
  const config = loadKubeConfig({ kubeconfig: plane.kubeconfig })
  const through = { ...config.getCurrentCluster()!, server: `https://127.0.0.1:${proxy.port}` }
  config.loadFromClusterAndUser(through, config.getCurrentUser()!)
  const lists: string[] = []
  const cluster = createCluster({
    kubeConfig: config,
    onRequest: it => (it.path.includes('watch=true') ? undefined : lists.push(it.path)),
  })
  const stop = new AbortController()
  const events: string[] = []
  for await (const event of cluster.watch(
    configMaps,
    { namespace, labelSelector: 'watched=yes' },
    stop.signal,
  )) {
    events.push(said(event))
    if (events.length === 1) await apply(namespace, 'a')
    if (events.length === 2) {
      proxy.cut()
      await apply(namespace, 'b')
    }
    if (events.length === 3) stop.abort()
  }
  expect(events).toEqual(['synced ', 'set a', 'set b'])
  expect(lists).toHaveLength(1)
  cluster.close()
  proxy.close()
})

test('says that nothing is left when its kind is no longer served, and goes on', async () => {
  const gone: Resource = { ...configMaps, group: 'example.com' }
  const stop = new AbortController()
  const troubles: ClusterError[] = []
  const cluster = createCluster({
    kubeConfig: loadKubeConfig({ kubeconfig: plane.kubeconfig }),
    onWatchTrouble: (_, error) => troubles.push(error),
  })
  const events: string[] = []
  for await (const event of cluster.watch(gone, {}, stop.signal)) {
    events.push(said(event))
    if (events.length === 2) stop.abort()
  }
  expect(events).toEqual(['synced ', 'synced '])
  expect(troubles.map(it => it.code)).toEqual(['unknown-kind'])
  cluster.close()
})

/** Passes bytes on to the API server until it is told to cut. */
async function createProxy(target: URL) {
  const sockets = new Set<Socket>()
  const server = createServer(inward => {
    const outward = connect(Number(target.port), target.hostname)
    for (const socket of [inward, outward]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    inward.pipe(outward).pipe(inward)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: () => {
      cut()
      server.close()
    },
  }
}
