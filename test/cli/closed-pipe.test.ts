import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cleanEnvironment } from '../stage/process.ts'

test('a reader that has seen enough ends the command without a word', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-pipe-'))
  try {
    const object = (at: number) =>
      `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${at} }\ndata: { a: "${'x'.repeat(200)}" }\n`
    await writeFile(join(folder, 'all.yaml'), Array.from({ length: 3_000 }, (_, at) => object(at)).join(''))
    const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
    const args = ['--disable-warning=ExperimentalWarning', main, 'render', folder, '--offline']
    const child = spawn(process.execPath, args, {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', chunk => (said += String(chunk)))
    child.stdout.once('data', () => child.stdout.destroy())
    const exitCode = await new Promise(resolve => child.once('close', resolve))
    expect({ exitCode, said }).toEqual({ exitCode: 141, said: '' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
