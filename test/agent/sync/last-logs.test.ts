import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { KubeConfig } from '@kubernetes/client-node'
import { expect, onTestFinished, test } from 'vitest'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { culpritOf, isForbidden, lastLogs, linesOf } from '../../../src/agent/sync/last-logs.ts'
import type { SyncContext } from '../../../src/agent/sync/context.ts'
import { resultOf, type SyncRun } from '../../../src/agent/sync/sync-run.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { commandResultSchema } from '../../../src/protocol/schemas.ts'

// No kubelet runs here, and so no log: what is asked and answered follows the Kubernetes API reference, "Pod: get read log".

const signal = AbortSignal.timeout(30_000)

interface Request {
  readonly path: string
  readonly query: Record<string, string>
}

async function clusterThat(answer: (request: Request) => { status?: number; text: string }) {
  const asked: Request[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost')
    const said = { path: url.pathname, query: Object.fromEntries(url.searchParams) }
    asked.push(said)
    const { status = 200, text } = answer(said)
    response.writeHead(status, { 'content-type': status === 200 ? 'text/plain' : 'application/json' })
    response.end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromClusterAndUser(
    { name: 'it', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'me' },
  )
  const cluster = createCluster({ kubeConfig })
  onTestFinished(() => {
    cluster.close()
    server.close()
  })
  return { cluster, asked }
}

const crashed = {
  name: 'web',
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 1 } },
}
const failed = { name: 'web', state: { terminated: { exitCode: 3 } } }
const unready = { name: 'web', state: { running: {} }, ready: false }

function pod(name: string, status: object, spec: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec, status }
}

const subjects = (...pods: readonly KubernetesObject[]) => pods.map(it => ({ object: it, pods: [it] }))
const never = (error: unknown) => expect.fail(String(error))

test('the run that crashed is asked for, and of it the last lines only', async () => {
  const { cluster, asked } = await clusterThat(() => ({ text: 'connecting\nno database\n' }))
  const logs = await lastLogs(
    cluster,
    subjects(pod('web-1', { containerStatuses: [crashed] })),
    never,
    signal,
  )
  expect(asked).toEqual([
    {
      path: '/api/v1/namespaces/shop/pods/web-1/log',
      query: { container: 'web', previous: 'true', tailLines: '10', limitBytes: '16384' },
    },
  ])
  expect(logs).toEqual([
    { pod: '/Pod/shop/web-1', container: 'container web', lines: ['connecting', 'no database'] },
  ])
})

test('of a container that ended for good, its only run is asked for', async () => {
  const { cluster, asked } = await clusterThat(() => ({ text: 'bad migration\n' }))
  const init = { initContainerStatuses: [{ ...failed, name: 'migrate' }], containerStatuses: [unready] }
  const logs = await lastLogs(cluster, subjects(pod('web-1', init)), never, signal)
  expect(asked[0]?.query).toEqual({ container: 'migrate', tailLines: '10', limitBytes: '16384' })
  expect(logs[0]?.container).toBe('init container migrate')
})

test('three pods are asked at most, each once', async () => {
  const { cluster, asked } = await clusterThat(() => ({ text: 'no\n' }))
  const pods = ['a', 'b', 'b', 'c', 'd'].map(name => pod(name, { containerStatuses: [crashed] }))
  expect((await lastLogs(cluster, subjects(...pods), never, signal)).map(it => it.pod)).toEqual([
    '/Pod/shop/a',
    '/Pod/shop/b',
    '/Pod/shop/c',
  ])
  expect(asked).toHaveLength(3)
})

test('a line that is cut off by the bound is left out, for it may end in half of a secret', async () => {
  const whole = `first\n${'x'.repeat(16_000)}\n`
  const { cluster } = await clusterThat(() => ({ text: (whole + 'y'.repeat(1000)).slice(0, 16_384) }))
  const logs = await lastLogs(
    cluster,
    subjects(pod('web-1', { containerStatuses: [crashed] })),
    never,
    signal,
  )
  expect(logs[0]?.lines.map(it => it[0])).toEqual(['f', 'x'])
})

test.each([
  [
    'may not be read',
    403,
    'Forbidden',
    'pods "web-1" is forbidden: User "plumbline" cannot get resource "pods/log" in API group "" in the namespace "shop"',
    true,
  ],
  ['is gone with its pod', 404, 'NotFound', 'pods "web-1" not found', true],
  [
    'is on a node that does not answer',
    500,
    'InternalError',
    'Get "https://10.1.0.1:10250/containerLogs/shop/web-1/web": dial tcp 10.1.0.1:10250: connect: connection refused',
    false,
  ],
])('a log that %s leaves the others alone', async (_, ...[status, reason, message, expected]) => {
  const { cluster } = await clusterThat(({ path }) =>
    path.includes('web-1')
      ? {
          status,
          text: JSON.stringify({
            kind: 'Status',
            code: status,
            reason,
            message,
            details: { name: 'web-1', kind: 'pods' },
          }),
        }
      : { text: 'told\n' },
  )
  const errors: unknown[] = []
  const both = ['web-1', 'web-2'].map(name => pod(name, { containerStatuses: [crashed] }))
  const logs = await lastLogs(cluster, subjects(...both), error => errors.push(error), signal)
  expect(logs.map(it => it.lines)).toEqual([['told']])
  expect(errors.map(isForbidden)).toEqual([expected])
  expect(String(errors[0])).toContain('could not read the log of container web of Pod shop/web-1')
})

test.each<[string, object, string | null]>([
  [
    'crashed before one that is not ready',
    { containerStatuses: [{ ...unready, name: 'log' }, crashed] },
    'web',
  ],
  ['failed', { containerStatuses: [{ name: 'log', state: { terminated: { exitCode: 0 } } }, failed] }, 'web'],
  ['runs again', { containerStatuses: [{ ...unready, lastState: { terminated: { exitCode: 2 } } }] }, 'web'],
  ['is not ready', { containerStatuses: [unready] }, 'web'],
  ['is ready', { containerStatuses: [{ ...unready, ready: true }] }, null],
  [
    'never ran',
    { containerStatuses: [{ name: 'web', state: { waiting: { reason: 'ErrImagePull' } } }] },
    null,
  ],
  ['ended well', { containerStatuses: [{ name: 'web', state: { terminated: { exitCode: 0 } } }] }, null],
])('the container that %s is asked: %#', (_, status, name) => {
  expect(culpritOf(pod('web-1', status))?.name ?? null).toBe(name)
})

test.each([
  ['', []],
  ['\n\n', []],
  ['one\r\ntwo  \n\n', ['one', 'two']],
  ['\u001B[31mred\u001B[0m and \u0007loud', ['red and loud']],
  [
    Array.from({ length: 12 }, (_, at) => `${at}`).join('\n'),
    ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11'],
  ],
])('lines are read from %j', (text, lines) => {
  expect(linesOf(text)).toEqual(lines)
})

test('what a log tells of a Secret is redacted, over several lines too', () => {
  const key = '-----BEGIN KEY-----\nabcdefghijklmnopqrstuvwxyz\nzyxwvutsrqponmlkjihgfedcba\n-----END KEY-----'
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'credentials' },
    stringData: { password: 'hunter2-canary', key },
  }
  const run = {
    application: 'shop',
    revision: null,
    startedAt: '',
    plan: null,
    applied: [],
    pruned: [],
    hooks: [],
    secrets: [secret],
    left: [],
    onProgress: () => undefined,
  } as unknown as SyncRun
  const context = { clusterName: 'dev', clock: () => new Date() } as SyncContext
  const lines = ['using hunter2-canary', ...key.split('\n').slice(1), 'bye']
  const logs = [{ pod: '/Pod/shop/web-1', container: 'container web', lines }]
  const result = resultOf(context, run, { outcome: 'rolled-back', logs })
  const told = result.logs?.[0]?.lines.join('\n') ?? ''
  expect(told).toContain('bye')
  for (const part of ['hunter2', 'abcdefghij', 'zyxwvutsrq']) expect(told).not.toContain(part)
  expect(commandResultSchema.parse({ kind: 'sync', result })).toMatchObject({ result: { logs: result.logs } })
})
