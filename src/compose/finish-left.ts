import type { RecoveredSync, Syncer } from '../agent/sync/syncer.ts'

/**
 * Ends what others began and left: a sync at a terminal that was killed, a rollback that could not be completed. Never rejects: what
 * cannot be ended now is tried again the next time.
 */
export async function finishLeft({ syncer, logger, onEnd }: FinishLeft, signal: AbortSignal): Promise<void> {
  try {
    for (const recovered of await syncer.recover(signal)) onEnd(recovered)
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error }, 'what others left could not be looked for')
  }
}

interface FinishLeft {
  readonly syncer: Pick<Syncer, 'recover'>
  readonly logger: { warn(fields: object, message: string): void }
  readonly onEnd: (recovered: RecoveredSync) => void
}
