import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore } from '../../../src/server/store/create-store.ts'
import { FolderInUseError } from '../../../src/server/store/pglite/folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-store-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the embedded database keeps what it was told, and one process has it at a time', async () => {
  const store = await createStore({ databaseUrl: null, folder })
  await store.clusters.register('dev', 'hash')
  await expect(createStore({ databaseUrl: null, folder })).rejects.toThrow(FolderInUseError)
  await store.close()
  const again = await createStore({ databaseUrl: null, folder })
  expect(await again.clusters.named('dev')).toMatchObject({ tokenHash: 'hash' })
  await again.close()
})

test('a folder left behind by a process that is gone opens again', async () => {
  await writeFile(join(folder, 'in-use-by'), '999999999 12345\n')
  const store = await createStore({ databaseUrl: null, folder })
  await store.check()
  await store.close()
})
