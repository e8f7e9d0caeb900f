import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { startGuard } from '../../tools/machine/guard.ts'

/** A `plumbline` process of ours, its output kept in a file. */
export interface PlumblineProcess {
  readonly pid: number
  /** Resolves with the first match in what it prints, earlier output included; rejects when it ends first or `ms` pass. */
  waitForOutput(pattern: RegExp, ms: number): Promise<RegExpMatchArray>
  /** Ends it with SIGTERM (or another signal) and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface ProcessOptions {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Output is appended to this file. */
  readonly logFile: string
}

/** Runs the command line from its sources, in the environment of this process without its PLUMBLINE and Probot settings. */
export function startPlumbline(options: ProcessOptions): PlumblineProcess {
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...options.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...options.env },
    // Its own group: Ctrl-C in the terminal reaches us alone, and we end it in order.
    detached: true,
  })
  return watchProcess(child, options.logFile)
}

function watchProcess(child: ChildProcess, logFile: string): PlumblineProcess {
  const log = createWriteStream(logFile, { flags: 'a' })
  const lines: string[] = []
  const waiting = new Set<(line: string) => void>()
  const guard = startGuard(['kill', '-KILL', String(child.pid)])
  const gone = new Promise<void>(resolve => child.once('close', () => resolve()))
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', line => {
      log.write(`${line}\n`)
      lines.push(line)
      for (const see of waiting) see(line)
    })
  }
  void gone.then(() => {
    guard.dismiss()
    log.end()
  })
  return {
    pid: child.pid!,
    waitForOutput(pattern, ms) {
      for (const line of lines) {
        const match = line.match(pattern)
        if (match) return Promise.resolve(match)
      }
      return new Promise((resolve, reject) => {
        const fail = (why: string) => () =>
          done(() => reject(new Error(`${why}:\n${lines.slice(-30).join('\n')}`)))
        const timer = setTimeout(fail(`no ${pattern} within ${ms} ms`), ms)
        const see = (line: string) => {
          const match = line.match(pattern)
          if (match) done(() => resolve(match))
        }
        function done(end: () => void): void {
          clearTimeout(timer)
          waiting.delete(see)
          end()
        }
        waiting.add(see)
        void gone.then(fail(`the process ended before ${pattern}`))
      })
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal)
        const force = setTimeout(() => child.kill('SIGKILL'), 15_000)
        await gone
        clearTimeout(force)
      }
      await gone
    },
  }
}

export function cleanEnvironment(): Record<string, string> {
  const ours =
    /^(PLUMBLINE_|GHE_|GITHUB_CLIENT_|DATABASE_URL$|APP_ID$|PRIVATE_KEY|WEBHOOK_|KUBECONFIG$|PORT$|HOST$)/
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !ours.test(entry[0]),
    ),
  )
}
