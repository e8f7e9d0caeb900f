import { describe, expect, test } from 'vitest'
import { binaries, type BinaryName } from '../../../tools/control-plane/pins.ts'
import { checksumIn, releaseOf } from '../../../tools/control-plane/releases.ts'

const sum = 'a'.repeat(64)
const other = 'b'.repeat(64)
const url = 'https://example.test/sums'

describe('the checksum of a release file', () => {
  test.each([
    { what: 'a bare hash', kind: 'bare', document: `${sum}\n`, expected: sum },
    { what: 'an error page', kind: 'bare', document: '<html>', expected: undefined },
    { what: 'a list', kind: 'list', document: `${other}  other\n${sum}  file\n`, expected: sum },
    { what: 'a list in binary mode', kind: 'list', document: `${sum} *file\n`, expected: sum },
    { what: 'a list without the file', kind: 'list', document: `${sum}  file.sig\n`, expected: undefined },
    {
      what: 'a release of GitHub',
      kind: 'github-asset',
      document: JSON.stringify({ assets: [{ name: 'file', digest: `sha256:${sum}` }] }),
      expected: sum,
    },
    {
      what: 'a release of GitHub without digests',
      kind: 'github-asset',
      document: JSON.stringify({ assets: [{ name: 'file', digest: null }] }),
      expected: undefined,
    },
  ] as const)('in $what is $expected', ({ kind, document, expected }) => {
    const checksum = kind === 'bare' ? ({ kind, url } as const) : ({ kind, url, file: 'file' } as const)
    expect(checksumIn(document, checksum)).toBe(expected)
  })
})

describe('official release files', () => {
  test('exist for every binary on Linux', () => {
    const missing = binaries.filter(
      ({ name }) => releaseOf(name, { os: 'linux', arch: 'amd64' }) === undefined,
    )
    expect(missing).toEqual([])
  })

  test.each<BinaryName>(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'])(
    'of %s are not looked for on macOS, so it is built',
    name => {
      expect(releaseOf(name, { os: 'darwin', arch: 'arm64' })).toBeUndefined()
    },
  )
})
