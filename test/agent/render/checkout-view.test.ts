import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCheckoutViews } from '../../../src/agent/render/checkout-view.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'plumbline-view-')))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('what one render saw in a commit, the others do not look up again', async () => {
  const views = createCheckoutViews()
  await writeFile(join(folder, 'a.yaml'), '')
  expect(await views(folder, 'commit').lookUp('a.yaml')).toMatchObject({ kind: 'file' })
  await rm(join(folder, 'a.yaml'))
  expect(await views(folder, 'commit').lookUp('a.yaml')).toMatchObject({ kind: 'file' })
  expect(await views(folder, 'another').lookUp('a.yaml')).toEqual({ kind: 'missing' })
})

test('a folder that may change is looked at each time', async () => {
  const views = createCheckoutViews()
  expect(await views(folder, null).lookUp('a.yaml')).toEqual({ kind: 'missing' })
  await writeFile(join(folder, 'a.yaml'), '')
  expect(await views(folder, null).lookUp('a.yaml')).toMatchObject({ kind: 'file' })
})
