import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** Removes a cluster whose owner is gone, however that happened. */
export interface Guard {
  /** The cluster may outlive this process, or is already removed: the guard ends without doing anything. */
  dismiss(): void
}

/**
 * Starts a guard over one start (`instance`) of the cluster `name` below `parent`. It is a shell that waits on a pipe
 * from this process; the pipe closes when this process ends, even by SIGKILL, and then the guard removes the cluster.
 */
export function startGuard(name: string, parent: string, instance: string): Guard {
  const script = 'read -r word; [ "$word" = dismissed ] || exec "$@"'
  const node = [process.execPath, '--disable-warning=ExperimentalWarning']
  const remove = [...node, join(import.meta.dirname, 'remove-orphan.ts'), name, parent, instance]
  const child = spawn('sh', ['-c', script, 'guard', ...remove], {
    cwd: '/',
    // The environment of test runners and npm is none of its business.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  // A guard that cannot be started or was killed leaves what `down` can still do.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return { dismiss: () => child.stdin.end('dismissed\n') }
}
