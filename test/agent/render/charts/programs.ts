import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ensureTestProgram } from '../../../../tools/test-programs/ensure.ts'

const run = promisify(execFile)

export interface Started {
  /** The first line that it printed: it listens. */
  readonly said: string
  close(): Promise<void>
}

/** Starts a server that ends with its stdin, after giving it `input` there. */
export async function startProgram(
  binary: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Started> {
  const child = spawn(binary, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk).slice(-4_000)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.write(options.input ?? '')
  const ended = once(child, 'close')
  const first = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  const said = await Promise.race([first, ended.then(() => null)])
  if (said === null || said.done) throw new Error(`${binary} did not start: ${errors}`)
  return {
    said: said.value,
    async close() {
      child.stdin.end()
      child.kill('SIGKILL')
      await ended
    },
  }
}

export interface Certificate {
  /** PEM file of who signed it. */
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

/** For 127.0.0.1 and localhost, in a folder of its own. */
export async function makeCertificate(): Promise<Certificate & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-tls-'))
  await run(await ensureTestProgram('certificate'), [folder])
  return {
    authority: join(folder, 'ca.pem'),
    certificate: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
