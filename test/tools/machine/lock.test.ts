import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from '../../../tools/machine/lock.ts'

const lockModule = join(import.meta.dirname, '..', '..', '..', 'tools', 'machine', 'lock.ts')
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('two holders never overlap', async () => {
  const lock = join(folder, 'lock')
  let inside = 0
  let most = 0
  const work = async () => {
    inside++
    most = Math.max(most, inside)
    await new Promise(resolve => setImmediate(resolve))
    inside--
  }
  await Promise.all([1, 2, 3].map(() => withLock(lock, {}, work)))
  expect(most).toBe(1)
})

test('work that fails frees the lock', async () => {
  const lock = join(folder, 'lock')
  await expect(withLock(lock, {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(lock, {}, async () => 'free')).toBe('free')
})

test('a killed holder frees the lock', async () => {
  const lock = join(folder, 'lock')
  const script = `
    const { withLock } = await import(${JSON.stringify(lockModule)})
    await withLock(${JSON.stringify(lock)}, {}, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)) })`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise(resolve => holder.stdout.once('data', resolve))
  let waited = false
  const onWait = () => {
    waited = true
    holder.kill('SIGKILL')
  }
  expect(await withLock(lock, { onWait }, async () => 'free')).toBe('free')
  expect(waited).toBe(true)
})

test('whoever waits can give up', async () => {
  const lock = join(folder, 'lock')
  const impatient = new AbortController()
  const waiting = withLock(lock, {}, async () => {
    const options = { signal: impatient.signal, onWait: () => impatient.abort(new Error('gave up')) }
    await withLock(lock, options, async () => undefined)
  })
  await expect(waiting).rejects.toThrow('gave up')
})
