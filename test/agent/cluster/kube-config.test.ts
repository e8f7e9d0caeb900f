import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'

let folder = ''
const file = (name: string) => join(folder, name)

const kubeconfig = (...contexts: readonly string[]) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0],
    contexts: contexts.map(name => ({ name, context: { cluster: name, user: name } })),
    clusters: contexts.map(name => ({ name, cluster: { server: `https://${name}.example.com` } })),
    users: contexts.map(name => ({ name, user: { token: `token-of-${name}` } })),
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-kubeconfig-'))
  await writeFile(file('one'), kubeconfig('dev', 'prod'))
  await writeFile(file('two'), kubeconfig('stage'))
  await writeFile(file('broken'), 'clusters: [')
  await writeFile(file('empty'), kubeconfig())
})

afterAll(() => rm(folder, { recursive: true }))

const server = (options: Parameters<typeof loadKubeConfig>[0]) =>
  loadKubeConfig(options).getCurrentCluster()?.server

test('the file that is named wins', () => {
  expect(server({ kubeconfig: file('two'), env: { KUBECONFIG: file('one') } })).toBe(
    'https://stage.example.com',
  )
})

test('else the files of KUBECONFIG, of which the first says the current context', () => {
  const env = { KUBECONFIG: `${file('one')}:${file('two')}` }
  expect(server({ env })).toBe('https://dev.example.com')
  expect(server({ env, context: 'stage' })).toBe('https://stage.example.com')
})

test('files of KUBECONFIG that do not exist do not count, as long as one does', () => {
  expect(server({ env: { KUBECONFIG: `${file('gone')}:${file('two')}` } })).toBe('https://stage.example.com')
  expect(() => loadKubeConfig({ env: { KUBECONFIG: '/gone/a:/gone/b' } })).toThrow(
    'there is no kubeconfig /gone/a',
  )
})

test.each([
  ['nothing to go by', {}, /no cluster to talk to.*KUBECONFIG/],
  [
    'a file that is not there',
    { kubeconfig: '/nowhere/kubeconfig' },
    /there is no kubeconfig \/nowhere\/kubeconfig \(look at/,
  ],
  ['a context that is not there', { kubeconfig: 'one', context: 'nope' }, /no context "nope".*dev, prod/],
  [
    'a slip in a context',
    { kubeconfig: 'one', context: 'prd' },
    /no context "prd" \(did you mean "prod"\?\)/,
  ],
  ['a file that does not parse', { kubeconfig: 'broken' }, /could not read the kubeconfig/],
  ['a file without clusters', { kubeconfig: 'empty' }, /names no current cluster/],
])('%s is said', (_, options: { kubeconfig?: string; context?: string }, message) => {
  const named = options.kubeconfig?.startsWith('/')
    ? options.kubeconfig
    : options.kubeconfig && file(options.kubeconfig)
  expect(() => loadKubeConfig({ ...options, kubeconfig: named, env: { HOME: folder } })).toThrow(message)
})
