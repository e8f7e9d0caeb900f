import { spawn } from 'node:child_process'

/** A git command ended with another status than was allowed. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  readonly status: number | null
  readonly output: string

  constructor(args: readonly string[], status: number | null, output: string, stderr: string) {
    super(`git ${args.join(' ')} ended with ${status}: ${stderr.trim() || output.trim()}`)
    this.status = status
    this.output = output
  }
}

export interface GitRun {
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
}

/** The environment for every git of the simulator: nothing of the machine's own configuration or identity. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
}

/** Runs git in `folder` and gives what it printed. Rejects with {@link GitFailure}. */
export async function runGit(folder: string, args: readonly string[], run: GitRun = {}): Promise<Buffer> {
  const child = spawn('git', ['-C', folder, ...args], { env: { ...gitEnvironment, ...run.env } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // A git that ends before it read its input breaks the pipe; its status tells what went wrong.
  child.stdin.on('error', () => undefined)
  child.stdin.end(run.input ?? '')
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const output = Buffer.concat(out)
  if (status !== 0) throw new GitFailure(args, status, output.toString(), Buffer.concat(err).toString())
  return output
}

/** As {@link runGit}, as text without the newline at its end. */
export const gitText = async (folder: string, args: readonly string[], run?: GitRun): Promise<string> =>
  (await runGit(folder, args, run)).toString().replace(/\n$/, '')
