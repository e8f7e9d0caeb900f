import { type ChildProcess, spawn } from 'node:child_process'
import { open, readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { hasCode, ToolError } from './errors.ts'
import { type Account, run } from './run.ts'

export interface StartOptions {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** Gets stdout and stderr. */
  readonly log: string
  /** Runs it as this user; only root may. */
  readonly account?: Account | undefined
}

export interface Started {
  readonly pid: number
  /** Undefined while it runs; else how it ended. */
  ended(): string | undefined
}

/** Starts a process that outlives this one, in a session of its own, so that a terminal's Ctrl-C does not reach it. */
export async function startProcess(options: StartOptions): Promise<Started> {
  const log = await open(options.log, 'a')
  try {
    const child = spawn(options.program, options.args, {
      env: options.env,
      cwd: options.cwd,
      ...options.account,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    const pid = await spawned(child, options.program)
    child.unref()
    return { pid, ended: () => howEnded(child) }
  } finally {
    await log.close()
  }
}

async function spawned(child: ChildProcess, program: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => reject(new ToolError(`could not start ${program}`, { cause })))
  })
  if (child.pid === undefined) throw new ToolError(`could not start ${program}`)
  return child.pid
}

function howEnded(child: ChildProcess): string | undefined {
  if (child.exitCode !== null) return `exit code ${child.exitCode}`
  return child.signalCode ?? undefined
}

export interface FoundProcess {
  readonly pid: number
  /** The file name of the program. */
  readonly program: string
}

/**
 * The running programs named `programs` that have a path below `folder` in their arguments. Found by what runs, not by
 * what was noted down: a start that was killed half way noted nothing.
 */
export async function findProcesses(
  folder: string,
  programs: readonly string[],
): Promise<readonly FoundProcess[]> {
  const all = process.platform === 'linux' ? await fromProc() : await fromPs()
  return all
    .filter(({ command }) => command.slice(1).some(argument => argument.includes(`${folder}/`)))
    .map(({ pid, command }) => ({ pid, program: basename(command[0] ?? '') }))
    .filter(({ program }) => programs.includes(program))
}

interface Running {
  readonly pid: number
  readonly command: readonly string[]
}

async function fromProc(): Promise<readonly Running[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const running = await Promise.all(
    pids.map(async pid => {
      // A process may end between the two calls; then it is not running.
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return { pid, command: line.split('\0') }
    }),
  )
  return running.filter(({ command }) => command[0] !== '')
}

async function fromPs(): Promise<readonly Running[]> {
  const output = await run('ps', ['-axww', '-o', 'pid=,command='])
  return output.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    return match?.[1] && match[2] ? [{ pid: Number(match[1]), command: match[2].split(' ') }] : []
  })
}

const killedWithinMilliseconds = 10_000

/**
 * Kills them and returns when none is left. No signal that could be handled: what they hold is thrown away, and an
 * API server takes many seconds to end politely.
 */
export async function killProcesses(folder: string, programs: readonly string[]): Promise<void> {
  const deadline = performance.now() + killedWithinMilliseconds
  for (;;) {
    const found = await findProcesses(folder, programs)
    if (found.length === 0) return
    if (performance.now() > deadline) {
      const left = found.map(({ pid, program }) => `${program} (${pid})`).join(', ')
      throw new ToolError(`could not end ${left}: end them by hand, then try again`)
    }
    for (const { pid } of found) kill(pid)
    await wait(20)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return
    throw new ToolError(`could not end process ${pid}`, { cause: error })
  }
}
