import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { binaries, cacheKey, modules } from '../../../tools/control-plane/pins.ts'

const goMod = (folder: string) =>
  readFile(join(import.meta.dirname, '..', '..', '..', 'tools', 'go', folder, 'go.mod'), 'utf8')

describe('the pinned versions', () => {
  test.each(Object.values(modules))('$path is pinned at $version in its go.mod too', async module => {
    expect(await goMod(module.folder)).toContain(`\t${module.path} v${module.version}`)
  })

  test.each(binaries)('$name is a tool of its go.mod', async ({ module, mainPackage }) => {
    const { path, folder } = modules[module]
    const tools = (await goMod(folder)).split('\n').map(line => line.trim().replace(/^tool /, ''))
    expect(tools).toContain(`${path}${mainPackage}`)
  })

  test('every staging module of Kubernetes is replaced by the release that belongs to it', async () => {
    const replaced = (await goMod('kubernetes')).match(/^\tk8s\.io\/\S+ => .*$/gm) ?? []
    const staging = `v${modules.kubernetes.version.replace(/^1/, '0')}`
    expect(replaced.length).toBeGreaterThan(30)
    expect(replaced.filter(line => !line.endsWith(` ${staging}`))).toEqual([])
  })
})

test('another platform has another cache key', () => {
  expect(cacheKey({ os: 'linux', arch: 'arm64' })).not.toBe(cacheKey({ os: 'linux', arch: 'amd64' }))
})
