import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { SyncResult } from '../../../../src/model/sync.ts'
import type { Said, Told } from './syncing-process.ts'

/** A process that can be told one thing, and killed at any time. */
export interface SyncingProcess {
  /** Resolves with what came of it; null when it was killed first. Told of each step as it begins. */
  tell(told: Told, onStep?: (step: string) => void): Promise<SyncResult | null>
  /** By SIGKILL. */
  kill(): void
}

/** Processes that are loaded before they are needed: what they do is tested, not how they start. */
export interface ProcessPool {
  take(): Promise<SyncingProcess>
  stop(): Promise<void>
}

export function createProcessPool(spare: number): ProcessPool {
  const all = new Set<ChildProcess>()
  const waiting: Promise<ChildProcess>[] = []

  async function start(): Promise<ChildProcess> {
    const child = fork(new URL('./syncing-process.ts', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    all.add(child)
    child.once('exit', () => all.delete(child))
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`a process ended with ${code} before it was told anything`)
    })
    await Promise.race([once(child, 'message'), failed])
    failed.catch(() => undefined)
    return child
  }

  return {
    async take() {
      while (waiting.length <= spare) {
        const next = start()
        // Whoever takes it hears of it.
        next.catch(() => undefined)
        waiting.push(next)
      }
      const child = await waiting.shift()!
      return {
        tell: (told, onStep = () => undefined) => {
          const ended = new Promise<SyncResult | null>(resolve => {
            child.on('message', (said: Said) => {
              if (said.kind === 'step') onStep(said.step)
              if (said.kind === 'ended') resolve(said.result)
            })
            child.once('exit', () => resolve(null))
          })
          child.send(told)
          return ended
        },
        kill: () => void child.kill('SIGKILL'),
      }
    },
    async stop() {
      await Promise.allSettled(waiting)
      await Promise.all(
        [...all].map(async child => {
          const gone = once(child, 'exit')
          child.kill('SIGKILL')
          await gone
        }),
      )
    },
  }
}
