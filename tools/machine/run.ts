import { spawn } from 'node:child_process'
import { ToolError } from './errors.ts'

const keptOutput = 4_000

/** A user of this machine and its group, by number. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
  /** Runs it as this user; only root may. */
  readonly account?: Account | undefined
}

/**
 * Runs a program to its end and returns what it printed on stdout. Rejects with {@link ToolError} that ends with
 * the last of its output if it fails; with the spawn error as cause if it cannot be started. When `signal` aborts, the
 * program and whatever it started are killed.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  options.signal?.throwIfAborted()
  // Its own process group, so that what it started (compilers) can be killed with it.
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    ...options.account,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  options.signal?.addEventListener('abort', killGroup, { once: true })
  process.once('exit', killGroup)
  let stdout = ''
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
    output = (output + chunk).slice(-keptOutput)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output = (output + chunk).slice(-keptOutput)
  })
  try {
    const status = await new Promise<number | string>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, killedBy) => resolve(code ?? killedBy ?? 'unknown'))
    })
    options.signal?.throwIfAborted()
    if (status !== 0) throw new ToolError(`${program} ${args[0] ?? ''} failed (${status}):\n${output.trim()}`)
    return stdout
  } catch (error) {
    if (error instanceof ToolError || options.signal?.aborted) throw error
    throw new ToolError(`could not start ${program}`, { cause: error })
  } finally {
    options.signal?.removeEventListener('abort', killGroup)
    process.removeListener('exit', killGroup)
  }
}
