import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { closedChartHosts, parseChartHosts } from '../../../../src/agent/render/charts/chart-hosts.ts'
import type { Charts } from '../../../../src/agent/render/charts/charts.ts'
import { createCharts } from '../../../../src/agent/render/charts/create-charts.ts'
import { configMap, createRendering, type Files, type Rendering } from '../rendering.ts'
import { createPacker, indexOf, type Packaged, type Packer } from './packages.ts'
import { type Certificate, makeCertificate } from './programs.ts'
import { type Registry, registryPassword, registryUser, startRegistry } from './registry.ts'
import { accessKeyId, secretAccessKey, type S3Server, startS3Server } from './s3-server.ts'
import { startTokenService, type TokenService } from './token-service.ts'
import { onlyFor, startWebHost, type WebHost } from './web-host.ts'

let folder: string
let rendering: Rendering
let packer: Packer
let tls: Certificate & { remove(): Promise<void> }
let web: WebHost
let registry: Registry
let tokens: TokenService
let tokenRegistry: Registry
let s3: S3Server
let packed: Record<'old' | 'web' | 'next' | 'beta' | 'lib', Packaged>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-fetch-'))
  rendering = await createRendering()
  packer = await createPacker()
  tls = await makeCertificate()
  web = await startWebHost(tls)
  tokens = await startTokenService()
  registry = await startRegistry({ kind: 'password' }, tls)
  tokenRegistry = await startRegistry({ kind: 'token', ...tokens }, null)
  s3 = await startS3Server()
  packed = {
    old: await packer.pack('web', '1.0.0'),
    web: await packer.pack('web', '1.2.3'),
    next: await packer.pack('web', '2.0.0+build.5'),
    beta: await packer.pack('web', '3.0.0-beta.1'),
    lib: await packer.pack('lib', '0.3.1'),
  }
  await fill()
}, 1_200_000)

afterAll(async () => {
  for (const it of [rendering, packer, web, registry, tokens, tokenRegistry, s3]) await it?.close()
  await tls?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** The same charts everywhere. */
async function fill(): Promise<void> {
  const all = Object.values(packed)
  const index = indexOf(all)
  const secret = (content: string | Buffer) => onlyFor('ada', 'lovelace', content)
  const archives = all.map(it => [`${it.name}-${it.version}.tgz`, it.bytes] as const)
  web.serve({
    '/charts/index.yaml': index,
    ...Object.fromEntries(archives.map(([name, bytes]) => [`/charts/${name}`, bytes])),
    '/private/index.yaml': secret(index),
    ...Object.fromEntries(archives.map(([name, bytes]) => [`/private/${name}`, secret(bytes)])),
  })
  await s3.createBucket('charts')
  const inBucket = indexOf(all, it => `s3://charts/stable/${it.name}-${it.version}.tgz`)
  await s3.put('charts', 'stable/index.yaml', inBucket)
  for (const [name, bytes] of archives) await s3.put('charts', `stable/${name}`, bytes)
  const user = ['--username', registryUser, '--password', registryPassword]
  for (const { file } of all) {
    const plain = ['push', file, `oci://${tokenRegistry.host}/team/charts`, '--plain-http', ...user]
    await packer.helm(...plain)
    await packer.helm('push', file, `oci://${registry.host}/team/charts`, '--ca-file', tls.authority, ...user)
  }
}

async function secretFile(name: string, content: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function charts(): Promise<Charts> {
  const login = async (user: string, password: string) => ({
    usernameFile: await secretFile(`user-${user}`, `${user}\n`),
    passwordFile: await secretFile(`password-${user}`, `${password}\n`),
  })
  const robot = await login(registryUser, registryPassword)
  const list = {
    charts: [
      { url: `${web.url}/charts`, name: 'open', caFile: tls.authority },
      { url: `${web.url}/private`, caFile: tls.authority, ...(await login('ada', 'lovelace')) },
      { url: `oci://${registry.host}/team`, caFile: tls.authority, ...robot },
      {
        url: `oci://${tokenRegistry.host}`,
        plainHttp: true,
        otherHosts: [new URL(tokens.realm).host],
        ...robot,
      },
      {
        url: 's3://charts',
        endpoint: s3.endpoint,
        pathStyle: true,
        region: 'us-east-1',
        accessKeyIdFile: await secretFile('key', accessKeyId),
        secretAccessKeyFile: await secretFile('secret', secretAccessKey),
      },
    ],
  }
  const hosts = closedChartHosts(parseChartHosts(JSON.stringify(list), 'charts.yaml'))
  return createCharts({ hosts, folder: await mkdtemp(join(folder, 'kept-')), now: Date.now })
}

const places = [
  ['a repository over HTTPS', () => `${web.url}/charts`],
  ['a repository that wants a password', () => `${web.url}/private/`],
  ['a registry that wants a password', () => `oci://${registry.host}/team/charts`],
  ['a registry as Argo CD writes it', () => `${registry.host}/team/charts`],
  ['a registry that wants a token', () => `oci://${tokenRegistry.host}/team/charts`],
  ['a bucket', () => 's3://charts/stable'],
] as const

describe.each(places)('a chart of %s', (_, place) => {
  test.each([
    ['its version', '1.2.3', '1.2.3'],
    ['a version with build metadata', '2.0.0+build.5', '2.0.0+build.5'],
    ['a version before a release', '3.0.0-beta.1', '3.0.0-beta.1'],
    ['a range', '^1.0', '1.2.3'],
    ['a range that is an upper bound', '<1.1.0', '1.0.0'],
    ['nothing, which means the newest release', undefined, '2.0.0+build.5'],
  ])('is rendered by %s', async (_what, targetRevision, version) => {
    const source = { repoURL: place(), chart: 'web', targetRevision }
    const [object] = await rendering.objects({}, source, { charts: await charts() })
    expect(object).toMatchObject({
      metadata: { name: 'shop-web' },
      data: { version, size: 'small' },
      from: 'apps/shop.yaml:1',
    })
  })

  test('is a dependency of a chart in the repository, by range, alias and condition', async () => {
    const files: Files = {
      'app/Chart.yaml': [
        'apiVersion: v2',
        'name: app',
        'version: 0.1.0',
        'dependencies:',
        `- { name: web, version: "1.x", repository: "${place()}" }`,
        `- { name: web, version: "1.0.0", repository: "${place()}", alias: front }`,
        `- { name: lib, version: ">=0.3", repository: "${place()}", condition: lib.enabled }`,
      ]
        .join('\n')
        // helm knows no registry without its scheme.
        .replaceAll(`"${registry.host}`, `"oci://${registry.host}`),
      'app/values.yaml': 'lib: { enabled: false }\nfront: { size: huge }\n',
      'app/templates/own.yaml': configMap('own'),
    }
    const options = { charts: await charts() }
    const objects = await rendering.objects(files, { path: 'app' }, options)
    const seen = objects.map(it => {
      const data = it['data'] as { version: string; size: string } | undefined
      return `${it.metadata.name} ${data?.version} ${data?.size} ${it.from}`
    })
    expect(seen.toSorted()).toEqual([
      'own undefined undefined app/templates/own.yaml:1',
      'shop-front 1.0.0 huge app/Chart.yaml:6',
      'shop-web 1.2.3 small app/Chart.yaml:5',
    ])
    const source = { path: 'app', helm: { parameters: [{ name: 'lib.enabled', value: 'true' }] } }
    const withLib = await rendering.objects(files, source, options)
    expect(withLib.map(it => it.metadata.name)).toContain('shop-lib')
  })
})

test('a chart takes value files and files out of this repository, which another source names, and out of itself', async () => {
  const sources = [
    {
      repoURL: `${web.url}/charts`,
      chart: 'web',
      targetRevision: '1.2.3',
      helm: {
        valueFiles: ['values-large.yaml', '$here/env/dev.yaml'],
        ignoreMissingValueFiles: true,
        fileParameters: [{ name: 'size', path: '$here/env/size, odd.txt' }],
      },
    },
    { repoURL: 'https://github.com/acme/shop.git', targetRevision: 'main', ref: 'here' },
  ]
  const files = { 'env/dev.yaml': 'size: dev\n', 'env/size, odd.txt': 'from a file' }
  const options = { charts: await charts() }
  const size = async (change: object) => {
    const [first, second] = sources
    const helm = { ...first!.helm, ...change }
    const [object] = await rendering.objects(files, { sources: [{ ...first, helm }, second] }, options)
    return (object!['data'] as { size: string }).size
  }
  expect(await size({})).toBe('from a file')
  expect(await size({ fileParameters: [] })).toBe('dev')
  expect(await size({ fileParameters: [], valueFiles: ['$here/env/dev.yaml', 'values-large.yaml'] })).toBe(
    'large',
  )
  expect(await size({ fileParameters: [], valueFiles: ['$here/env/none.yaml'] })).toBe('small')
})

test('a chart in a registry is also the whole URL of a source, as newer versions of Argo CD have it', async () => {
  const source = { repoURL: `oci://${registry.host}/team/charts/web`, targetRevision: '1.0.0', path: '.' }
  const [object] = await rendering.objects({}, source, { charts: await charts() })
  expect(object).toMatchObject({ data: { version: '1.0.0' } })
})

test('a repository goes by the name that the list of chart hosts gives it', async () => {
  const chart = (repository: string) =>
    `apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- { name: lib, version: 0.3.1, repository: "${repository}" }\n`
  const options = { charts: await charts() }
  for (const repository of ['@open', 'alias:open']) {
    const objects = await rendering.objects({ 'app/Chart.yaml': chart(repository) }, { path: 'app' }, options)
    expect(objects.map(it => it.metadata.name)).toEqual(['shop-lib'])
  }
  const [problem] = await rendering.problems({ 'app/Chart.yaml': chart('@other') }, { path: 'app' }, options)
  expect(problem).toMatch(/^app\/Chart\.yaml:5:3: .*nobody knows which repository "@other" is \(name the/)
})

describe('a lock file', () => {
  const files = (version: string, locked: string): Files => ({
    'app/Chart.yaml': `apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- { name: web, version: "${version}", repository: "${web.url}/charts" }\n`,
    'app/Chart.lock': `dependencies:\n- name: web\n  repository: ${web.url}/charts\n  version: ${locked}\ndigest: sha256:0\ngenerated: "2026-01-01T00:00:00Z"\n`,
  })

  test('says which version of a range it is', async () => {
    const options = { charts: await charts() }
    const [object] = await rendering.objects(files('^1', '1.0.0'), { path: 'app' }, options)
    expect(object).toMatchObject({ data: { version: '1.0.0' } })
  })

  test('that is not up to date is told', async () => {
    const options = { charts: await charts() }
    expect(await rendering.problems(files('^2', '1.0.0'), { path: 'app' }, options)).toEqual([
      'app/Chart.yaml:5:3: the lock file has web 1.0.0, which is not in ^2 (run "helm dependency update" and commit the lock file)',
    ])
  })
})

test('the password of one place is not sent to another on the same host', async () => {
  const at = web.requests.length
  const options = { charts: await charts() }
  await rendering.objects(
    {},
    { repoURL: `${web.url}/charts`, chart: 'web', targetRevision: '1.0.0' },
    options,
  )
  await rendering.objects(
    {},
    { repoURL: `${web.url}/private`, chart: 'web', targetRevision: '1.0.0' },
    options,
  )
  expect(web.requests.slice(at)).toEqual([
    'GET /charts/index.yaml',
    'GET /charts/web-1.0.0.tgz',
    'GET /private/index.yaml as ada',
    // The archive is the same one, and is kept by its digest.
  ])
})

describe('a bucket of an entry without keys', () => {
  afterEach(() => vi.unstubAllEnvs())

  const fetch = async () => {
    const entry = { url: 's3://charts', endpoint: s3.endpoint, pathStyle: true, region: 'us-east-1' }
    const hosts = closedChartHosts(parseChartHosts(JSON.stringify({ charts: [entry] }), 'charts.yaml'))
    const options = {
      charts: createCharts({ hosts, folder: await mkdtemp(join(folder, 'kept-')), now: Date.now }),
    }
    return rendering.objects(
      {},
      { repoURL: 's3://charts/stable', chart: 'web', targetRevision: '1.0.0' },
      options,
    )
  }

  test("is asked with the agent's own identity", async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
    expect((await fetch())[0]).toMatchObject({ data: { version: '1.0.0' } })
  })

  test('says so when the agent has none, or one that is not let in', async () => {
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'))
    await expect(fetch()).rejects.toThrow('the agent has no AWS identity (give its service account a role')
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another')
    await expect(fetch()).rejects.toThrow("refuses the agent's identity (403) (grant it s3:GetObject")
  })
})

test('a registry gives one token for all that is asked of one chart', async () => {
  const before = tokens.given()
  const options = { charts: await charts() }
  const source = { repoURL: `oci://${tokenRegistry.host}/team/charts`, chart: 'web', targetRevision: '^1' }
  await rendering.objects({}, source, options)
  expect(tokens.given() - before).toBe(1)
})
