import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pickVersion } from '../../../../src/agent/render/charts/version-range.ts'
import { createPacker, indexOf, type Packaged, type Packer } from './packages.ts'
import { startWebHost, type WebHost } from './web-host.ts'

const versions = [
  '0.1.0',
  '0.2.9',
  '1.0.0',
  '1.2.0-rc.1',
  '1.2.3',
  '1.10.0',
  '2.0.0-alpha.1',
  '2.0.0+build.7',
  '2.1.5',
  '3.0.0-beta.2',
]

const ranges = [
  '',
  '*',
  'x',
  '1',
  '1.x',
  '1.2',
  '1.2.x',
  '1.2.3',
  'v1.2.3',
  '=1.2.3',
  '2.0.0',
  '2.0.0+build.7',
  '9.9.9',
  '^1',
  '^1.2.0',
  '^0.1.0',
  '^0',
  '~1.2',
  '~1.2.3',
  '~>1',
  '^3',
  '^3.0.0-0',
  '>=3.0.0-0',
  '>2',
  '>2.1.5',
  '>=1.0.0, <2.0.0',
  '>= 1.0.0 < 2.0.0',
  '>=1, <1.10',
  '=> 1.0',
  '=< 1.0',
  '<1',
  '<= 1.2',
  '< 1.2.0-z',
  '!=2.1.5',
  '>=1 !=2.1.5',
  '!=2.x',
  '1.0.0 - 1.5.0',
  '1 - 2',
  '^0.1 || ^1',
  '<1 || >=3.0.0-0',
  '1.x || 2.x',
  '>=1.0.0-0 <2.0.0',
  '~1.2.0-0',
  '>0.2.9 <1.2.3',
  '^1.2.0-rc.1',
  'nonsense',
  '1.2.3.4',
  '>=',
  '1 2',
  '^1,',
]

describe('a range means what it means to helm', () => {
  let packer: Packer
  let web: WebHost
  let charts: readonly Packaged[]
  beforeAll(async () => {
    packer = await createPacker()
    web = await startWebHost(null)
    charts = await Promise.all(versions.map(it => packer.pack('web', it)))
    // helm takes the first in the index that fits, and indexes are written with the highest first.
    web.serve({ '/index.yaml': indexOf(charts.toReversed()) })
    web.serve(Object.fromEntries(charts.map(it => [`/web-${it.version}.tgz`, it.bytes])))
  }, 1_200_000)
  afterAll(async () => {
    web?.close()
    await packer?.close()
  })

  test.each(ranges)('"%s"', async range => {
    expect(pickVersion(versions, range)).toBe(await byHelm(range))
  })

  async function byHelm(range: string): Promise<string | null> {
    try {
      const shown = await packer.helm('show', 'chart', 'web', '--repo', web.url, '--version', range)
      return /^version: (\S+)$/m.exec(shown)?.[1] ?? null
    } catch (error) {
      if (/version "[^"]*" not found in/.test(String(error))) return null
      throw error
    }
  }
})

test.each([
  ['the highest, however they are sorted', ['1.0.0', '1.10.0', '1.9.0'], '^1', '1.10.0'],
  ['what is no version is left out', ['latest', 'main', '1.0.0'], '*', '1.0.0'],
  ['one that is written just so', ['latest', '1.0.0'], 'latest', 'latest'],
  ['versions with a v', ['v1.0.0', 'v1.1.0'], '^1.0.0', 'v1.1.0'],
  ['none of none', [], '*', null],
  ['none for a range without end', ['1.0.0'], '>=1 '.repeat(1_000), null],
])('of a list comes %s', (_, list, range, expected) => {
  expect(pickVersion(list, range)).toBe(expected)
})
