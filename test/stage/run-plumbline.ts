import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cleanEnvironment } from './process.ts'

export interface RunResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one command of the command line to its end. With `toFile` its standard output goes there and a failure throws. */
export async function runPlumbline(
  args: readonly string[],
  options: {
    readonly toFile?: string
    readonly env?: Readonly<Record<string, string>>
    readonly cwd?: string
  } = {},
): Promise<RunResult> {
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...options.env },
    cwd: options.cwd,
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(code ?? 1))
  })
  const result = {
    exitCode,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
  if (options.toFile !== undefined) {
    if (exitCode !== 0)
      throw new Error(`plumbline ${args.join(' ')} ended with ${exitCode}: ${result.stderr}`)
    await writeFile(options.toFile, result.stdout.trim(), { mode: 0o600 })
  }
  return result
}
