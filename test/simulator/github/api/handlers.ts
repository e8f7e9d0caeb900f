import { appHandlers } from './apps.ts'
import type { Handlers } from './call.ts'
import { checkHandlers } from './checks.ts'
import { commentHandlers } from './comments.ts'
import { commitHandlers } from './commits.ts'
import { pullHandlers } from './pulls.ts'
import { repositoryHandlers } from './repositories.ts'

export const handlers: Handlers = {
  ...appHandlers,
  ...repositoryHandlers,
  ...commitHandlers,
  ...pullHandlers,
  ...commentHandlers,
  ...checkHandlers,
}
