import { spawn } from 'node:child_process'
import { cleanEnvironment } from '../stage/process.ts'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Ran {
  readonly milliseconds: number
  readonly stdout: string
}

/** How `kubectl diff` and `plumbline plan` end when there is a difference. */
const different = 1

/** Runs a command to its end. Rejects, with its words, unless it ended with 0, or with 1 where that means a difference. */
export function runCommand(
  { program, args, env }: Command,
  options: { readonly signal: AbortSignal; readonly differs: boolean },
): Promise<Ran> {
  const startedAt = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
    signal: options.signal,
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      const milliseconds = performance.now() - startedAt
      const expected = options.differs ? different : 0
      if (code === expected) return resolve({ milliseconds, stdout: Buffer.concat(stdout).toString() })
      const words = Buffer.concat([...stderr, ...stdout]).toString()
      reject(new Error(`${program} ${args.join(' ')} ended with ${code}, not ${expected}:\n${words}`))
    })
  })
}

/** Times two commands in turn, so that whatever else the machine does meets both; who begins changes every round. */
export async function race(
  pair: readonly [Command, Command],
  options: { readonly signal: AbortSignal; readonly differs: boolean; readonly rounds: number },
): Promise<readonly [number[], number[]]> {
  const times: [number[], number[]] = [[], []]
  // The first run fills caches, and counts for neither.
  for (const command of pair) await runCommand(command, options)
  for (let round = 0; round < options.rounds; round++) {
    for (const at of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      times[at].push((await runCommand(pair[at], options)).milliseconds)
    }
  }
  return times
}
