import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClusterAccess, openClusterAccess } from '../../../src/agent/cluster/cluster-access.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-access-'))
  await writeFile(join(folder, 'ca.crt'), 'the authority')
  await writeFile(join(folder, 'me.crt'), 'my certificate')
  await writeFile(join(folder, 'me.key'), 'my key')
})

afterAll(() => rm(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')

async function fileWith(cluster: object, user: object): Promise<string> {
  const file = join(folder, 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://dev.example.com:6443/base', ...cluster } }],
    users: [{ name: 'u', user }],
  }
  await writeFile(file, JSON.stringify(config))
  return file
}

/** What a request would carry, certificates as text. */
async function told(access: ClusterAccess) {
  const options: RequestOptions = {}
  await access.applyToHTTPSOptions(options)
  const { ca, cert, key, headers, rejectUnauthorized, servername } = options
  const text = (value: unknown) =>
    Buffer.isBuffer(value) || typeof value === 'string' ? value.toString() : null
  return {
    context: access.getCurrentContext(),
    server: access.getCurrentCluster()?.server,
    ca: text(ca),
    cert: text(cert),
    key: text(key),
    authorization: (headers as Record<string, string> | undefined)?.['Authorization'] ?? null,
    rejectUnauthorized: rejectUnauthorized ?? true,
    servername: servername ?? null,
  }
}

test.each<[string, object, object]>([
  ['a token', {}, { token: 'abc' }],
  ['nothing at all', {}, {}],
  [
    'certificates inside',
    { 'certificate-authority-data': base64('authority') },
    { 'client-certificate-data': base64('certificate'), 'client-key-data': base64('key') },
  ],
  [
    'certificates in files beside it',
    { 'certificate-authority': 'ca.crt' },
    { 'client-certificate': 'me.crt', 'client-key': 'me.key' },
  ],
  ['a server that is not checked', { 'insecure-skip-tls-verify': true }, { token: 'abc' }],
  ['another name of the server', { 'tls-server-name': 'kubernetes' }, { token: 'abc' }],
])('%s is read without client-node, and means the same', async (_, cluster, user) => {
  const kubeconfig = await fileWith(cluster, user)
  const access = await openClusterAccess({ kubeconfig })
  expect(access).not.toBeInstanceOf(KubeConfig)
  expect(await told(access)).toEqual(await told(loadKubeConfig({ kubeconfig })))
})

test.each<[string, object, object]>([
  ['a plugin', {}, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws' } }],
  ['a password', {}, { username: 'me', password: 'secret' }],
  ['a token in a file', {}, { tokenFile: '/var/run/token' }],
  ['somebody to act as', {}, { token: 'abc', as: 'admin' }],
  ['a proxy', { 'proxy-url': 'http://proxy.example.com' }, { token: 'abc' }],
  ['both a certificate and what is not known', {}, { 'client-key-data': base64('key'), more: 1 }],
])('%s is for client-node', async (_, cluster, user) => {
  const access = await openClusterAccess({ kubeconfig: await fileWith(cluster, user) })
  expect(access).toBeInstanceOf(KubeConfig)
})

test.each([
  ['a file that is not there', { kubeconfig: '/nowhere/kubeconfig' }, /\/nowhere/],
  ['a context that is not there', { context: 'prod' }, /no context "prod"/],
])('%s is said', async (_, options, message) => {
  const kubeconfig = await fileWith({}, {})
  await expect(openClusterAccess({ kubeconfig, ...options })).rejects.toThrow(message)
})
