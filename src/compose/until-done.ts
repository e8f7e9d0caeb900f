import { ClusterError } from '../agent/cluster/cluster.ts'

/**
 * Tries again, with a growing pause up to 30 s, while the cluster cannot be reached or is not ready; anything else is thrown.
 * For the start of an agent, which may come up before its API server.
 */
export async function untilDone<Result>(
  attempted: string,
  work: () => Promise<Result>,
  how: { readonly signal: AbortSignal; readonly logger: { warn(fields: object, message: string): void } },
): Promise<Result> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      return await work()
    } catch (error) {
      if (how.signal.aborted || !(error instanceof ClusterError) || !error.passing) throw error
      how.logger.warn({ err: error, attempted }, 'the cluster is not ready: trying again')
    }
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, pause)
      how.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
    })
  }
}
