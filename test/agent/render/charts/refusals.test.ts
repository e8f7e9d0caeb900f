import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  closedChartHosts,
  openChartHosts,
  parseChartHosts,
} from '../../../../src/agent/render/charts/chart-hosts.ts'
import type { ChartLimits } from '../../../../src/agent/render/charts/charts.ts'
import { createCharts } from '../../../../src/agent/render/charts/create-charts.ts'
import { sha256 } from '../../../../src/agent/render/charts/kept-files.ts'
import { createRendering, type Rendering } from '../rendering.ts'
import { createPacker, indexOf, type Packer } from './packages.ts'
import { type Certificate, makeCertificate } from './programs.ts'
import { type Registry, registryPassword, registryUser, startRegistry } from './registry.ts'
import { accessKeyId, type S3Server, startS3Server } from './s3-server.ts'
import { onlyFor, redirectTo, startWebHost, type WebHost } from './web-host.ts'

const wrongPassword = 'a-wrong-and-secret-password'

let folder: string
let rendering: Rendering
let packer: Packer
let tls: Certificate & { remove(): Promise<void> }
let web: WebHost
let plain: WebHost
let registry: Registry
let s3: S3Server

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-refusals-'))
  rendering = await createRendering()
  packer = await createPacker()
  tls = await makeCertificate()
  web = await startWebHost(tls)
  plain = await startWebHost(null)
  registry = await startRegistry({ kind: 'password' }, tls)
  s3 = await startS3Server()
  await fill()
}, 1_200_000)

afterAll(async () => {
  for (const it of [rendering, packer, web, plain, registry, s3]) await it?.close()
  await tls?.remove()
  await rm(folder, { recursive: true, force: true })
})

async function fill(): Promise<void> {
  const { bytes, digest, file } = await packer.pack('web', '1.0.0')
  const broken = await packer.pack('web', '6.0.0', {
    'templates/bad.yaml': 'a: {{ .Values.no.such.thing }}\n',
  })
  const archives: Readonly<Record<string, Buffer>> = {
    '1.0.0': bytes,
    '6.0.0': broken.bytes,
    '7.0.0': await archiveOf([
      { name: 'web/Chart.yaml', content: 'name: web\n' },
      { name: 'web/../../x', content: 'x' },
    ]),
    '7.0.1': await archiveOf([
      { name: 'web/Chart.yaml', content: 'name: web\n' },
      { name: 'web/passwd', link: '/etc/passwd' },
    ]),
    '7.0.2': await archiveOf([
      { name: 'web/Chart.yaml', content: 'name: web\n' },
      { name: 'web/big', content: Buffer.alloc(130 * 1024 ** 2) },
    ]),
    '7.0.3': await archiveOf([{ name: 'readme.md', content: 'hello' }]),
    '7.0.4': Buffer.from('this is no archive'),
    '7.0.5': await archiveOf([
      { name: 'web/Chart.yaml', content: 'name: web\n' },
      ...Array.from({ length: 2_001 }, (_, index) => ({ name: `web/${index}`, content: '' })),
    ]),
    '7.0.6': await archiveOf([
      { name: 'web/Chart.yaml', content: 'name: web\n' },
      { name: 'web/Chart.yaml', content: 'name: other\n' },
    ]),
    '7.0.7': Buffer.alloc(3 * 1024 ** 2),
  }
  const listed = Object.entries(archives).map(([version, it]) => ({
    name: 'web',
    version,
    digest: sha256(it),
  }))
  const wrong = { name: 'web', version: '8.0.0', digest: 'ab'.repeat(32) }
  const gone = { name: 'web', version: '9.0.0', digest }
  const index = indexOf([...listed, wrong, gone], it => `web-${it.version}.tgz`)
  web.serve({
    '/charts/index.yaml': index,
    '/charts/web-8.0.0.tgz': bytes,
    ...Object.fromEntries(
      Object.entries(archives).map(([version, it]) => [`/charts/web-${version}.tgz`, it]),
    ),
    '/private/index.yaml': onlyFor('ada', 'lovelace', index),
    '/silent/index.yaml': () => undefined,
    '/stalled/index.yaml': (_, response) => void response.write('entries:\n'),
    '/html/index.yaml': '<!doctype html><title>Login</title>',
    '/down/index.yaml': (_, response) => void response.writeHead(500).end(),
    '/endless/index.yaml': (_, response) => {
      const line = 'a'.repeat(64 * 1024)
      const more = () =>
        void (response.writable && response.write(line) ? setImmediate(more) : response.once('drain', more))
      more()
    },
    '/circle/index.yaml': redirectTo('/circle/index.yaml'),
    '/downgrade/index.yaml': redirectTo(`http://${plain.host}/index.yaml`),
    '/metadata/index.yaml': redirectTo('https://169.254.169.254/latest/meta-data'),
    '/inside/index.yaml': redirectTo('https://10.0.0.1/index.yaml'),
    '/elsewhere/index.yaml': indexOf(
      [{ name: 'web', version: '1.0.0', digest }],
      () => 'https://127.0.0.2/web-1.0.0.tgz',
    ),
    '/by-name/index.yaml': indexOf(
      [{ name: 'web', version: '1.0.0', digest }],
      () => 'https://localhost:8443/web-1.0.0.tgz',
    ),
    '/to-metadata/index.yaml': indexOf(
      [{ name: 'web', version: '1.0.0', digest }],
      () => 'http://169.254.169.254/latest/meta-data/iam',
    ),
  })
  plain.serve({ '/index.yaml': index, '/web-1.0.0.tgz': bytes })
  const user = ['--username', registryUser, '--password', registryPassword, '--ca-file', tls.authority]
  await packer.helm('push', file, `oci://${registry.host}/charts`, ...user)
  await s3.createBucket('charts')
  await s3.put('charts', 'stable/index.yaml', index)
}

interface Member {
  readonly name: string
  readonly content?: string | Buffer
  readonly link?: string
}

async function archiveOf(members: readonly Member[]): Promise<Buffer> {
  const archive = pack()
  for (const { name, content, link } of members) {
    if (link) archive.entry({ name, type: 'symlink', linkname: link })
    else archive.entry({ name }, content ?? '')
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks), { level: 1 })
}

async function secretFile(name: string, content: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}

async function listed() {
  const wrong = {
    usernameFile: await secretFile('user', registryUser),
    passwordFile: await secretFile('password', wrongPassword),
  }
  const bucket = { endpoint: s3.endpoint, pathStyle: true }
  const list = {
    charts: [
      { url: web.url, caFile: tls.authority },
      { url: `${web.url}/private/refused`, caFile: tls.authority },
      { url: plain.url.replace('http:', 'https:') },
      { url: `oci://${registry.host}/charts`, caFile: tls.authority },
      { url: `oci://${registry.host}/refused`, caFile: tls.authority, ...wrong },
      {
        url: `oci://${registry.host}/lost`,
        caFile: tls.authority,
        ...wrong,
        passwordFile: join(folder, 'none'),
      },
      { url: 'https://127.0.0.1:1' },
      { url: 'https://nowhere.invalid' },
      { url: 's3://charts', ...bucket, anonymous: true },
      {
        url: 's3://charts/refused',
        ...bucket,
        accessKeyIdFile: await secretFile('key', accessKeyId),
        secretAccessKeyFile: await secretFile('secret', wrongPassword),
      },
      { url: 's3://no-such-bucket', ...bucket, anonymous: true },
    ],
  }
  return parseChartHosts(JSON.stringify(list), 'charts.yaml')
}

async function problemsOf(source: object, how: { limits?: Partial<ChartLimits>; open?: boolean } = {}) {
  const hosts = how.open ? openChartHosts() : closedChartHosts(await listed())
  const limits = {
    requestSeconds: 1,
    maxArchiveBytes: 2 * 1024 ** 2,
    maxIndexBytes: 1024 ** 2,
    ...how.limits,
  }
  const kept = await mkdtemp(join(folder, 'kept-'))
  return rendering.problems(
    {},
    { chart: 'web', targetRevision: '1.0.0', ...source },
    {
      limits: { maxFiles: 2_000 },
      charts: createCharts({ hosts, folder: kept, now: Date.now, limits }),
    },
  )
}

const rows: readonly (readonly [string, () => object, RegExp])[] = [
  [
    'a host that is not on the list',
    () => ({ repoURL: 'https://charts.example.com/stable' }),
    /charts may not be fetched from https:\/\/charts\.example\.com\/stable: the agent's list of chart hosts does not hold it \(ask for it to be added/,
  ],
  [
    'a bucket that is not on the list',
    () => ({ repoURL: 's3://other/stable' }),
    /charts may not be fetched from s3:\/\/other\/stable/,
  ],
  [
    'a neighbour of what is on the list',
    () => ({ repoURL: `oci://${registry.host}/chartsandmore` }),
    /charts may not be fetched from oci:\/\/127\.0\.0\.1:\d+\/chartsandmore/,
  ],
  [
    'a way out of what is on the list',
    () => ({ repoURL: `oci://${registry.host}/charts/../secret` }),
    /charts may not be fetched from oci:\/\/127\.0\.0\.1:\d+\/secret/,
  ],
  [
    'a user and a password in the URL',
    () => ({ repoURL: `https://ada:${wrongPassword}@charts.example.com` }),
    /https:\/\/charts\.example\.com is no chart repository: it holds a user or a password \(keep credentials out of Git/,
  ],
  [
    'a scheme of another kind',
    () => ({ repoURL: 'ftp://charts.example.com' }),
    /its scheme is none of https, oci and s3/,
  ],
  ['a name that is none', () => ({ repoURL: web.url, chart: '../web' }), /"\.\.\/web" is no name of a chart/],
  [
    'a URL that is no repository',
    () => ({ repoURL: `${web.url}/nothing` }),
    /\/nothing is no chart repository: it has no index\.yaml \(repoURL is what "helm repo add" takes/,
  ],
  [
    'a web page',
    () => ({ repoURL: `${web.url}/html` }),
    /the index of .*\/html cannot be read: it is no index of charts/,
  ],
  [
    'a chart that is not there',
    () => ({ repoURL: `${web.url}/charts`, chart: 'redis' }),
    /the chart redis is not in https:\/\/127\.0\.0\.1:\d+\/charts \(see whether/,
  ],
  [
    'a version that is not there',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '1.0.1' }),
    /has no version 1\.0\.1 \(its newest are 9\.0\.0, 8\.0\.0, 7\.0\.7, /,
  ],
  ['no range', () => ({ repoURL: `${web.url}/charts`, targetRevision: 'main' }), /has no version main/],
  [
    'a chart that is not in a registry',
    () => ({ repoURL: `oci://${registry.host}/refused`, chart: 'Redis' }),
    /the chart Redis .* cannot be in a registry: its names are of lower case/,
  ],
  [
    'a repository that wants a password',
    () => ({ repoURL: `${web.url}/private` }),
    /the index of .*\/private: 127\.0\.0\.1:\d+ wants credentials \(401\) \(name usernameFile and passwordFile for it in the agent's list/,
  ],
  [
    'a registry that wants a password',
    () => ({ repoURL: `oci://${registry.host}/charts` }),
    /the chart web of oci:\/\/.*\/charts: 127\.0\.0\.1:\d+ wants credentials \(401\) \(name usernameFile and passwordFile/,
  ],
  [
    'a registry that refuses the password',
    () => ({ repoURL: `oci://${registry.host}/refused` }),
    /127\.0\.0\.1:\d+ refuses the credentials given for it \(401\) \(mend the files/,
  ],
  [
    'a password file that is not there',
    () => ({ repoURL: `oci://${registry.host}/lost` }),
    /the file \S+none, which the list of chart hosts names, cannot be read \(see whether the Secret/,
  ],
  [
    'a bucket that wants an identity',
    () => ({ repoURL: 's3://charts/stable' }),
    /the index of s3:\/\/charts\/stable: the bucket charts wants credentials \(403\)/,
  ],
  [
    'a bucket that refuses the keys',
    () => ({ repoURL: 's3://charts/refused' }),
    /charts refuses the credentials given for it \(403\)/,
  ],
  [
    'a bucket that is not there',
    () => ({ repoURL: 's3://no-such-bucket' }),
    /there is no bucket no-such-bucket|wants credentials/,
  ],
  [
    'an archive with another digest',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '8.0.0' }),
    /the chart web 8\.0\.0 of .* has another digest than the repository says \(it was replaced or damaged/,
  ],
  [
    'an archive that is gone',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '9.0.0' }),
    /the chart web 9\.0\.0 of .*: the index names .*web-9\.0\.0\.tgz, where nothing is/,
  ],
  [
    'an archive that leads elsewhere',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.0' }),
    /the archive of the chart web 7\.0\.0 of .* holds a file that would lie elsewhere, "web\/\.\.\/\.\.\/x"/,
  ],
  [
    'an archive with a symlink',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.1' }),
    /holds a link, "web\/passwd"/,
  ],
  [
    'an archive that is small until it is unpacked',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.2' }),
    /holds more than 128 MiB/,
  ],
  [
    'an archive that is no chart',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.3' }),
    /holds a file that would lie elsewhere|is no chart/,
  ],
  [
    'what is no archive',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.4' }),
    /cannot be unpacked: it is no tar\.gz, or a broken one/,
  ],
  [
    'an archive of too many files',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.5' }),
    /holds more than 2000 files/,
  ],
  [
    'an archive with one file twice',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.6' }),
    /holds "web\/Chart\.yaml" twice/,
  ],
  [
    'an archive that is too large',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '7.0.7' }),
    /the chart web 7\.0\.7 of .* has more than 2 MiB/,
  ],
  [
    'an index without end',
    () => ({ repoURL: `${web.url}/endless` }),
    /the index of .*\/endless has more than 1 MiB/,
  ],
  [
    'another name of a host that is on the list',
    () => ({ repoURL: web.url.replace('127.0.0.1', 'localhost') }),
    /charts may not be fetched/,
  ],
  [
    'a host that does not exist',
    () => ({ repoURL: 'https://nowhere.invalid' }),
    /the host nowhere\.invalid is not known/,
  ],
  [
    'a host that nobody answers at',
    () => ({ repoURL: 'https://127.0.0.1:1' }),
    /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/,
  ],
  [
    'a host without TLS',
    () => ({ repoURL: plain.url.replace('http:', 'https:') }),
    /speaks no TLS \(name it as http:\/\//,
  ],
  [
    'a host that never answers',
    () => ({ repoURL: `${web.url}/silent` }),
    /did not answer in 1 s \(try again/,
  ],
  ['a host that stops in the middle', () => ({ repoURL: `${web.url}/stalled` }), /did not answer in 1 s/],
  ['a host that is broken', () => ({ repoURL: `${web.url}/down` }), /answers 500 \(try again later/],
  ['a redirect to itself', () => ({ repoURL: `${web.url}/circle` }), /redirects without end/],
  [
    'a redirect to what is not encrypted',
    () => ({ repoURL: `${web.url}/downgrade` }),
    /redirects to where a chart is not fetched from/,
  ],
  [
    "a redirect to the cloud's metadata",
    () => ({ repoURL: `${web.url}/metadata` }),
    /sends us, has an address that is not public \(if that is right, name the host under otherHosts/,
  ],
  [
    'a redirect into a private network',
    () => ({ repoURL: `${web.url}/inside` }),
    /has an address that is not public/,
  ],
  [
    'an archive in a private network',
    () => ({ repoURL: `${web.url}/elsewhere` }),
    /has an address that is not public/,
  ],
  [
    'an archive on this machine, by its name',
    () => ({ repoURL: `${web.url}/by-name` }),
    /localhost:8443, or where it sends us, has an address that is not public/,
  ],
  ["an archive at the cloud's metadata", () => ({ repoURL: `${web.url}/to-metadata` }), /is not encrypted/],
  [
    'a template that fails',
    () => ({ repoURL: `${web.url}/charts`, targetRevision: '6.0.0' }),
    /web\/templates\/bad\.yaml:1:\d+ .*nil pointer.* \(a value that the template reads is not set\)/,
  ],
  [
    'a value file that the chart does not bring',
    () => ({ repoURL: `${web.url}/charts`, helm: { valueFiles: ['env/dev.yaml'] } }),
    /the value file web\/env\/dev\.yaml does not exist in the chart \(without \$ref\/ in front/,
  ],
  [
    'a value file outside of the chart',
    () => ({ repoURL: `${web.url}/charts`, helm: { valueFiles: ['../../x.yaml'] } }),
    /the value file \.\.\/\.\.\/x\.yaml lies outside of the chart/,
  ],
]

describe('one problem, at the Application, that says what to do about', () => {
  test.each(rows)('%s', async (_, source, expected) => {
    const problems = await problemsOf(source())
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^apps\/shop\.yaml:1: /)
    expect(problems[0]).toMatch(expected)
    expect(problems[0]).not.toContain(wrongPassword)
    expect(problems[0]).not.toContain(folder.replace(/.*\//, '') + '/kept')
  })

  test('TLS that is not trusted', async () => {
    const hosts = closedChartHosts(
      parseChartHosts(JSON.stringify({ charts: [{ url: web.url }] }), 'charts.yaml'),
    )
    const charts = createCharts({ hosts, folder: await mkdtemp(join(folder, 'kept-')), now: Date.now })
    expect(await rendering.problems({}, { chart: 'web', repoURL: `${web.url}/charts` }, { charts })).toEqual([
      expect.stringMatching(
        /^apps\/shop\.yaml:1: the index of \S+: the certificate of 127\.0\.0\.1:\d+ is not trusted \([A-Z_]+\) \(name its authority as caFile/,
      ),
    ])
  })
})

describe('on a laptop, where whatever a document names may be fetched', () => {
  test.each<[string, () => object, RegExp]>([
    [
      'what is not encrypted',
      () => ({ repoURL: plain.url }),
      /http:\/\/127\.0\.0\.1:\d+ is not encrypted \(use https/,
    ],
    [
      'metadata of a cloud',
      () => ({ repoURL: 'https://169.254.169.254/latest' }),
      /an address that is not public/,
    ],
    ['a bucket without being told to use an identity', () => ({ repoURL: 's3://charts/stable' }), /charts/],
  ])('%s is not', async (_, source, expected) => {
    const [problem, ...others] = await problemsOf(source(), { open: true })
    expect(others).toEqual([])
    expect(problem).toMatch(expected)
  })
})

test('charts that cannot be had leave the other sources to say what is wrong with them', async () => {
  const sources = [
    { repoURL: `${web.url}/charts`, chart: 'redis', targetRevision: '1.0.0' },
    { repoURL: '.', path: 'nowhere' },
  ]
  const hosts = closedChartHosts(await listed())
  const charts = createCharts({ hosts, folder: await mkdtemp(join(folder, 'kept-')), now: Date.now })
  const problems = await rendering.problems({}, { sources }, { charts })
  expect(problems).toEqual([
    expect.stringContaining('the chart redis is not in'),
    expect.stringContaining('the path nowhere does not exist'),
  ])
})
