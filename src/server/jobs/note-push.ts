import type { ForgeEvent } from '../../forge/forge.ts'
import { repositoryKey } from '../../model/repository.ts'
import type { JobDeps } from './deps.ts'

/** Remembers who pushed the head of a pull request: that person does not approve it. Where a webhook is lost, nobody knows. */
export async function notePush(
  { store }: Pick<JobDeps, 'store'>,
  event: Extract<ForgeEvent, { readonly kind: 'pull-request-changed' }>,
): Promise<void> {
  const { repository, number, pushed } = event
  if (pushed) await store.pullRequests.notePush(repositoryKey(repository), number, pushed)
}
