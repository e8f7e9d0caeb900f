import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

/** Says when it may be asked, that it was asked, and ends by itself only when told to by its parent. */
const program = `
  import { shutdownSignal } from './src/compose/shutdown.ts'
  const asked = shutdownSignal(name => new Error(name))
  asked.addEventListener('abort', () => process.send('asked: ' + asked.reason.message))
  process.on('message', () => process.exit(0))
  process.send('ready')
`

test('one Ctrl-C that arrives twice, from the terminal and from npm, lets the work be ended in order', async () => {
  const child = await start()
  child.kill('SIGINT')
  child.kill('SIGINT')
  expect(await once(child, 'message')).toEqual(['asked: SIGINT', undefined])
  child.kill('SIGINT')
  child.send('go')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a second Ctrl-C ends the process at once', async () => {
  const child = await start()
  child.kill('SIGTERM')
  await once(child, 'message')
  const ended = once(child, 'exit')
  const insist = setInterval(() => child.kill('SIGINT'), 100)
  try {
    expect(await ended).toEqual([1, null])
  } finally {
    clearInterval(insist)
  }
})

async function start(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}
