import { spawn } from 'node:child_process'

/** Cleans up after this process, should it end without doing so itself. */
export interface Guard {
  /** What is guarded is gone, or may outlive this process: the guard ends without doing anything. */
  dismiss(): void
}

/**
 * Starts a guard that runs `command` when this process ends without dismissing it. It is a shell that waits on a pipe
 * from this process; the system closes the pipe even after SIGKILL. A terminal's Ctrl-C does not reach it.
 */
export function startGuard(command: readonly [string, ...string[]]): Guard {
  const script = 'read -r word; [ "$word" = dismissed ] || exec "$@"'
  const child = spawn('sh', ['-c', script, 'guard', ...command], {
    cwd: '/',
    // The environment of test runners and npm is none of its business.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Without a guard everything works but the cleaning after a SIGKILL, so its failures do not matter here.
  const ignore = () => undefined
  child.on('error', ignore)
  child.stdin.on('error', ignore)
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return { dismiss: () => child.stdin.end('dismissed\n') }
}
