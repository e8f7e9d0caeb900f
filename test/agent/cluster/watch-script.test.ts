import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import type { Resource, WatchEvent, WatchOptions } from '../../../src/agent/cluster/cluster.ts'

// What a real API server does only after minutes, by the book: bookmarks, an expired resource version, a full house.
// Source: Kubernetes API concepts, "Efficient detection of changes".

const configMaps: Resource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: [],
}

type Step = (response: ServerResponse) => void

const list =
  (resourceVersion: string, ...names: readonly string[]): Step =>
  response => {
    const items = names.map(name => ({ metadata: { name, namespace: 'shop' } }))
    response.end(JSON.stringify({ kind: 'ConfigMapList', metadata: { resourceVersion }, items }))
  }

const stream =
  (...events: readonly object[]): Step =>
  response => {
    response.end(events.map(event => JSON.stringify(event)).join('\n'))
  }

const event = (type: string, name: string, resourceVersion: string) => ({
  type,
  object: { kind: 'ConfigMap', metadata: { name, namespace: 'shop', resourceVersion } },
})

const refuse =
  (code: number, headers: Record<string, string> = {}): Step =>
  response => {
    response.writeHead(code, headers)
    response.end(JSON.stringify({ kind: 'Status', code, message: 'no', reason: 'No' }))
  }

/** Answers the requests in turn, then ends the watch; gives what was asked and what was told. */
async function played(
  script: readonly Step[],
  timeouts = { read: 30_000, write: 60_000 },
  options: WatchOptions = {},
): Promise<{ asked: string[]; told: string[] }> {
  const stop = new AbortController()
  const asked: string[] = []
  const steps = [...script]
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    asked.push(whatIsAsked(url.searchParams))
    const step = steps.shift()
    if (step) return step(response)
    response.destroy()
    stop.abort()
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const kubeConfig = new KubeConfig()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  kubeConfig.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'u' })
  const cluster = createCluster({ kubeConfig, timeouts })
  const told: string[] = []
  const watched = { namespace: 'shop', ...options }
  for await (const it of cluster.watch(configMaps, watched, stop.signal)) told.push(said(it))
  cluster.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  return { asked, told }
}

function whatIsAsked(query: URLSearchParams): string {
  if (query.get('sendInitialEvents') === 'true') return `stream ${query.get('resourceVersionMatch')}`
  return query.get('watch') === 'true' ? `watch ${query.get('resourceVersion')}` : 'list'
}

function said(it: WatchEvent): string {
  return it.type === 'synced'
    ? `synced ${it.objects.map(object => object.metadata.name).join(' ')}`.trim()
    : `${it.type} ${it.object.metadata.name}`
}

test('a watch that the server ends goes on from its last bookmark', async () => {
  const { asked, told } = await played([
    list('10', 'a'),
    stream(event('ADDED', 'b', '11'), event('BOOKMARK', '', '40')),
    stream(event('DELETED', 'a', '41')),
  ])
  expect(told).toEqual(['synced a', 'set b', 'gone a'])
  expect(asked).toEqual(['list', 'watch 10', 'watch 40', 'watch 41'])
})

test.each([
  ['in the stream', stream({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old' } })],
  ['as an answer', refuse(410)],
])('a resource version that expired leads to a new list, when told %s', async (_, expired) => {
  const { asked, told } = await played([list('10', 'a'), expired, list('90', 'c'), stream()])
  expect(told).toEqual(['synced a', 'synced c'])
  expect(asked.slice(0, 4)).toEqual(['list', 'watch 10', 'list', 'watch 90'])
})

test('a server that is busy is asked again when it said so, and a broken one after a pause', async () => {
  const { asked, told } = await played([
    refuse(429, { 'retry-after': '1' }),
    list('10'),
    refuse(500),
    list('20', 'a'),
  ])
  expect(told).toEqual(['synced', 'synced a'])
  expect(asked.slice(0, 5)).toEqual(['list', 'list', 'watch 10', 'list', 'watch 20'])
})

test('a line that is no event does not end the watch', async () => {
  const { told } = await played([list('10', 'a'), response => response.end('<html>\n'), list('11', 'b')])
  expect(told).toEqual(['synced a', 'synced b'])
})

test('a watch that the server takes, and never begins to answer, is opened anew as soon as any read would be', async () => {
  const silence: Step = () => undefined
  const { asked, told } = await played([list('10', 'a'), silence, list('20', 'a', 'b'), stream()], {
    read: 200,
    write: 200,
  })
  expect(told).toEqual(['synced a', 'synced a b'])
  expect(asked.slice(0, 4)).toEqual(['list', 'watch 10', 'list', 'watch 20'])
})

describe('a set of which only a part is kept', () => {
  const names: WatchOptions = {
    keep: ({ apiVersion, kind, metadata: { name } }) => ({ apiVersion, kind, metadata: { name } }),
  }
  const end = (resourceVersion: string) => ({
    type: 'BOOKMARK',
    object: {
      kind: 'ConfigMap',
      metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } },
    },
  })

  test('comes as a stream, in one request with what follows', async () => {
    const { asked, told } = await played(
      [
        stream(event('ADDED', 'a', '3'), event('ADDED', 'b', '7'), end('9'), event('MODIFIED', 'a', '10')),
        stream(event('DELETED', 'b', '11')),
      ],
      undefined,
      names,
    )
    expect(told).toEqual(['synced a b', 'set a', 'gone b'])
    expect(asked).toEqual(['stream NotOlderThan', 'watch 10', 'watch 11'])
  })

  test('is listed where the server knows no streams', async () => {
    const script = [refuse(422), list('10', 'a'), stream(event('ADDED', 'b', '11'))]
    const { asked, told } = await played(script, undefined, names)
    expect(told).toEqual(['synced a', 'set b'])
    expect(asked).toEqual(['stream NotOlderThan', 'list', 'watch 10', 'watch 11'])
  })

  test('is listed when its stream ends too early, and nothing half of it is told', async () => {
    const script = [stream(event('ADDED', 'a', '3')), list('10', 'a', 'b'), stream()]
    const { asked, told } = await played(script, undefined, names)
    expect(told).toEqual(['synced a b'])
    expect(asked.slice(0, 3)).toEqual(['stream NotOlderThan', 'list', 'watch 10'])
  })

  test('comes as a new stream when its resource version has expired', async () => {
    const script = [stream(event('ADDED', 'a', '3'), end('9')), refuse(410), stream(end('90'))]
    const { asked, told } = await played(script, undefined, names)
    expect(told).toEqual(['synced a', 'synced'])
    expect(asked.slice(0, 4)).toEqual(['stream NotOlderThan', 'watch 9', 'stream NotOlderThan', 'watch 90'])
  })
})
