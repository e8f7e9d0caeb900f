import { appHandlers } from './apps.ts'
import type { Handlers } from './call.ts'
import { checkHandlers } from './checks.ts'
import { commentHandlers } from './comments.ts'
import { commitHandlers } from './commits.ts'
import { contentHandlers } from './contents.ts'
import { deploymentHandlers, statusHandlers } from './deployments.ts'
import { gitDataHandlers } from './git-data.ts'
import { hookHandlers } from './hook.ts'
import { issueHandlers, labelHandlers } from './issues.ts'
import { metaHandlers } from './meta.ts'
import { pullHandlers } from './pulls.ts'
import { reactionHandlers } from './reactions.ts'
import { repositoryHandlers } from './repositories.ts'

export const handlers: Handlers = {
  ...appHandlers,
  ...checkHandlers,
  ...commentHandlers,
  ...commitHandlers,
  ...contentHandlers,
  ...deploymentHandlers,
  ...gitDataHandlers,
  ...hookHandlers,
  ...issueHandlers,
  ...labelHandlers,
  ...metaHandlers,
  ...pullHandlers,
  ...reactionHandlers,
  ...repositoryHandlers,
  ...statusHandlers,
}
