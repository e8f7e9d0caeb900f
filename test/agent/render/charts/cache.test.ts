import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { closedChartHosts, parseChartHosts } from '../../../../src/agent/render/charts/chart-hosts.ts'
import type { ChartLimits } from '../../../../src/agent/render/charts/charts.ts'
import { createCharts } from '../../../../src/agent/render/charts/create-charts.ts'
import { createRenderer } from '../../../../src/agent/render/create-renderer.ts'
import { ensureBinaries } from '../../../../tools/control-plane/binaries.ts'
import { applicationOf } from '../rendering.ts'
import { createPacker, indexOf, type Packaged, type Packer } from './packages.ts'
import { onlyFor, redirectTo, startWebHost, type WebHost } from './web-host.ts'

const minute = 60_000
const signal = new AbortController().signal

let home: string
let folder: string
let packer: Packer
let web: WebHost
let now: number
let one: Packaged
let two: Packaged

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-cache-'))
  packer = await createPacker()
  one = await packer.pack('web', '1.0.0')
  two = await packer.pack('web', '1.1.0')
}, 1_200_000)
afterAll(async () => {
  await packer?.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(async () => {
  folder = await mkdtemp(join(home, 'kept-'))
  now = Date.now()
  web = await startWebHost(null)
  publish([one])
  return () => web.close()
})

/** `as`: what is served for a chart, when it is something else. */
function publish(charts: readonly Packaged[], as = (it: Packaged) => it): void {
  web.serve({ '/index.yaml': indexOf(charts.map(as)) })
  web.serve(Object.fromEntries(charts.map(it => [`/web-${it.version}.tgz`, as(it).bytes])))
}

function open(limits: Partial<ChartLimits> = {}) {
  const hosts = closedChartHosts(
    parseChartHosts(JSON.stringify({ charts: [{ url: web.url }] }), 'charts.yaml'),
  )
  const charts = createCharts({ hosts, folder, now: () => now, limits })
  return async (version: string) => {
    const fetched = await charts.fetch({ repository: web.url, name: 'web', version }, signal)
    return fetched.digest
  }
}

/** What was asked since the last time. */
function asked(): readonly string[] {
  return (web.requests as string[]).splice(0)
}

const both = (chart: string) => ['GET /index.yaml', `GET /web-${chart}.tgz`]

describe('a chart', () => {
  test('is fetched once, by whatever range and in whatever life of the agent', async () => {
    const fetch = open()
    expect(await fetch('1.0.0')).toBe(one.digest)
    expect(asked()).toEqual(both('1.0.0'))
    expect(await fetch('1.0.0')).toBe(one.digest)
    expect(await open()('1.0.0')).toBe(one.digest)
    expect(await fetch('^1')).toBe(one.digest)
    // The index is a minute fresh for all charts in it.
    expect(asked()).toEqual([])
  })

  test('is fetched once by all who want it at one moment', async () => {
    const fetch = open()
    const digests = await Promise.all(Array.from({ length: 5 }, () => fetch('1.0.0')))
    expect(new Set(digests)).toEqual(new Set([one.digest]))
    expect(asked()).toEqual(both('1.0.0'))
  })

  test('of a range is asked for again after some minutes, and fetched when there is a new one', async () => {
    const fetch = open()
    await fetch('^1')
    asked()
    publish([one, two])
    now += 4 * minute
    expect(await fetch('^1')).toBe(one.digest)
    expect(asked()).toEqual([])
    now += 2 * minute
    expect(await fetch('^1')).toBe(two.digest)
    expect(asked()).toEqual(both('1.1.0'))
  })

  test('of an exact version is asked for again after an hour', async () => {
    const fetch = open()
    await fetch('1.0.0')
    now += 59 * minute
    asked()
    await fetch('1.0.0')
    expect(asked()).toEqual([])
    now += 2 * minute
    await fetch('1.0.0')
    expect(asked()).toEqual(['GET /index.yaml'])
  })

  test('that is published anew under its version is another one', async () => {
    const fetch = open()
    await fetch('1.0.0')
    publish([one], it => ({ ...it, bytes: two.bytes, digest: two.digest }))
    now += 61 * minute
    expect(await fetch('1.0.0')).toBe(two.digest)
  })

  test('of an exact version stays when its host goes; of a range it is not known', async () => {
    const fetch = open({ requestSeconds: 5 })
    await fetch('1.0.0')
    await fetch('^1')
    web.close()
    now += 61 * minute
    expect(await fetch('1.0.0')).toBe(one.digest)
    await expect(fetch('^1')).rejects.toThrow('cannot be reached')
  })

  test('that was damaged on disk is fetched again', async () => {
    await open()('1.0.0')
    await truncate(join(folder, 'archives', `${one.digest}.tgz`), 10)
    asked()
    expect(await open()('1.0.0')).toBe(one.digest)
    expect(asked()).toContain('GET /web-1.0.0.tgz')
  })

  test('makes room for others', async () => {
    publish([one, two])
    const fetch = open({ maxKeptBytes: one.bytes.length + 10 })
    await fetch('1.0.0')
    await fetch('1.1.0')
    expect(await readdir(join(folder, 'archives'))).toEqual([`${two.digest}.tgz`])
  })

  test('is asked for anew when what was kept cannot be read', async () => {
    await open()('1.0.0')
    await writeFile(join(folder, 'versions', 'versions.json'), 'half writ')
    expect(await open()('1.0.0')).toBe(one.digest)
  })
})

test('a render is remembered as long as its charts are what they were', async () => {
  const binaries = await ensureBinaries()
  const hosts = closedChartHosts(
    parseChartHosts(JSON.stringify({ charts: [{ url: web.url }] }), 'charts.yaml'),
  )
  const renderer = createRenderer({
    binaries: { helm: join(binaries, 'helm'), kustomize: join(binaries, 'kustomize') },
    cacheFolder: join(folder, 'renders'),
    charts: createCharts({ hosts, folder, now: () => now }),
  })
  const render = (targetRevision: string) =>
    renderer.render(
      {
        folder: home,
        contentKey: 'a commit',
        application: applicationOf({ repoURL: web.url, chart: 'web', targetRevision }),
        inRepository: () => true,
        destination: { kubernetesVersion: 'v1.36.3', apiVersions: [] },
      },
      signal,
    )
  const first = await render('^1')
  expect(await render('^1')).toBe(first)
  publish([one, two])
  expect(await render('^1')).toBe(first)
  now += 6 * minute
  const second = await render('^1')
  expect(second).not.toBe(first)
  expect(second[0]?.object).toMatchObject({ data: { version: '1.1.0' } })
})

describe('credentials', () => {
  const files = async () => {
    await writeFile(join(folder, 'user'), 'ada\n')
    await writeFile(join(folder, 'password'), 'lovelace\n')
    return { usernameFile: join(folder, 'user'), passwordFile: join(folder, 'password') }
  }
  const fetchWith = async (entry: object) => {
    const list = { charts: [{ url: web.url, ...(await files()), ...entry }] }
    const hosts = closedChartHosts(parseChartHosts(JSON.stringify(list), 'charts.yaml'))
    const charts = createCharts({ hosts, folder, now: () => now })
    return charts.fetch({ repository: web.url, name: 'web', version: '1.0.0' }, signal)
  }

  test('go along to the same host, and to no other that it redirects to', async () => {
    const other = await startWebHost(null)
    try {
      web.serve({
        '/index.yaml': redirectTo('/real/index.yaml'),
        '/real/index.yaml': onlyFor('ada', 'lovelace', indexOf([one])),
        '/web-1.0.0.tgz': redirectTo(`${other.url}/elsewhere.tgz`),
      })
      other.serve({ '/elsewhere.tgz': one.bytes })
      const fetched = await fetchWith({ otherHosts: [other.host] })
      expect(fetched.digest).toBe(one.digest)
      expect(asked()).toEqual(
        ['/index.yaml', '/real/index.yaml', '/web-1.0.0.tgz'].map(it => `GET ${it} as ada`),
      )
      expect(other.requests).toEqual(['GET /elsewhere.tgz'])
    } finally {
      other.close()
    }
  })

  test('are read again at each use, so that they may be rotated', async () => {
    web.serve({ '/index.yaml': onlyFor('ada', 'lovelace', indexOf([one])) })
    const entry = { url: web.url, ...(await files()) }
    const hosts = closedChartHosts(parseChartHosts(JSON.stringify({ charts: [entry] }), 'charts.yaml'))
    const charts = createCharts({ hosts, folder, now: () => now })
    const fetch = () => charts.fetch({ repository: web.url, name: 'web', version: '^1' }, signal)
    await fetch()
    now += 10 * minute
    web.serve({ '/index.yaml': onlyFor('ada', 'byron', indexOf([one])) })
    await expect(fetch()).rejects.toThrow('refuses the credentials given for it (401)')
    await writeFile(join(folder, 'password'), 'byron')
    expect((await fetch()).digest).toBe(one.digest)
  })

  test('a moment of trouble is got over', async () => {
    let times = 0
    web.serve({
      '/index.yaml': (_, response) => {
        times += 1
        if (times < 3) response.writeHead(503).end()
        else response.end(indexOf([one]))
      },
    })
    expect((await fetchWith({})).digest).toBe(one.digest)
  })
})
