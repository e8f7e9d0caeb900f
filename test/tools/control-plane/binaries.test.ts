import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { buildBinary } from '../../../tools/control-plane/build.ts'
import { binaries, currentPlatform } from '../../../tools/control-plane/pins.ts'
import type { BinaryProgress } from '../../../tools/control-plane/progress.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-binaries-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function folderWith(name: string, programs: readonly string[]): Promise<string> {
  const place = join(folder, name)
  await mkdir(place)
  for (const program of programs) await writeFile(join(place, program), '#!/bin/sh\n', { mode: 0o755 })
  return place
}

const everything = binaries.map(({ name }) => name)

describe('binaries', () => {
  test('of a folder named by PLUMBLINE_BIN are used as they are', async () => {
    const given = await folderWith('given', everything)
    const progress: BinaryProgress[] = []
    const env = { PLUMBLINE_BIN: given, XDG_CACHE_HOME: join(folder, 'cache') }
    expect(await ensureBinaries({ env, onProgress: step => progress.push(step) })).toBe(given)
    expect(progress).toEqual([])
    expect(await readdir(folder)).toEqual(['given'])
  })

  test('of PLUMBLINE_BIN go before those of KUBEBUILDER_ASSETS, and one folder shows both', async () => {
    const mine = await folderWith('mine', ['kubectl'])
    const assets = await folderWith('assets', everything)
    const env = { PLUMBLINE_BIN: mine, KUBEBUILDER_ASSETS: assets, XDG_CACHE_HOME: join(folder, 'cache') }
    const together = await ensureBinaries({ env })
    expect((await readdir(together)).sort()).toEqual([...everything].sort())
    expect(await realpath(join(together, 'kubectl'))).toBe(join(await realpath(mine), 'kubectl'))
    expect(await realpath(join(together, 'etcd'))).toBe(join(await realpath(assets), 'etcd'))
  })

  test('are there at once when they were there before', async () => {
    const first = await ensureBinaries()
    const progress: BinaryProgress[] = []
    expect(await ensureBinaries({ onProgress: step => progress.push(step) })).toBe(first)
    expect(progress.filter(({ phase }) => phase !== 'cached')).toEqual([])
  })

  test('cannot be built without Go, and the error says so', async () => {
    vi.stubEnv('PATH', folder)
    const build = buildBinary(binaries[0], currentPlatform(), join(folder, 'etcd'), undefined)
    await expect(build).rejects.toThrow('Go is not installed')
    expect(await readdir(folder)).toEqual([])
  })
})
