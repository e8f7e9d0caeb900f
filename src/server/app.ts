import type { Probot } from 'probot'
import type { Logger } from 'pino'
import type { Forge, ForgeEvent } from '../forge/forge.ts'
import { accept } from './accept.ts'
import type { Queue } from './queue/queue.ts'
import type { Store } from './store/store.ts'

export interface AppDeps {
  readonly store: Store
  readonly queue: Queue
  readonly logger: Logger
  /** What a webhook says. Throws when its payload has not the published shape. */
  readonly eventFrom: (name: string, payload: unknown) => ForgeEvent
  /** What a webhook says of its repository. */
  readonly factsIn: Forge['factsIn']
}

/** The Probot app: every webhook becomes a row and a job, nothing more. Rejects when it could not be kept. */
export function plumblineApp({ store, queue, logger, eventFrom, factsIn }: AppDeps): (app: Probot) => void {
  return app => {
    app.onAny(async ({ id, name, payload }) => {
      const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : null
      const fullName = action === null ? name : `${name}.${action}`
      const event = eventFrom(name, payload)
      const acceptance = await accept(
        { store, queue },
        {
          id,
          name: fullName,
          event,
          facts: factsIn(payload),
        },
      )
      logger.info({ deliveryId: id, event: fullName, ...acceptance }, 'a webhook was taken in')
    })
  }
}
