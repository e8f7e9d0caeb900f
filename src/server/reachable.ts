import { ForgeError, type ForgeRepository } from '../forge/forge.ts'
import type { RepositoryRef } from '../model/repository.ts'
import type { RepositoryRecord } from './store/records/repositories.ts'

/**
 * The repository as far as we may reach it: nothing is asked of one that we were taken away from, and nothing is written to one that is
 * archived; whoever tries is told so without a request. What webhooks told of it is not asked again.
 */
export function reachable(
  repository: ForgeRepository,
  /** As the job has it: with its former addresses. */
  ref: RepositoryRef,
  known: () => Promise<RepositoryRecord | null>,
): ForgeRepository {
  const { fullName } = repository.ref

  async function check(isWrite: boolean): Promise<RepositoryRecord | null> {
    const record = await known()
    if (record?.access === 'none') throw outOfReach(`reach ${fullName}: Plumbline is not installed there now`)
    if (isWrite && record?.access === 'read-only') throw outOfReach(`write to ${fullName}: it is archived`)
    return record
  }

  const guarded =
    (isWrite: boolean) =>
    <Args extends readonly unknown[], T>(method: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await check(isWrite)
      return method(...args)
    }
  const read = guarded(false)
  const write = guarded(true)

  return {
    ...repository,
    ref: { ...ref, ...repository.ref },
    pullRequest: read(repository.pullRequest),
    openPullRequests: read(repository.openPullRequests),
    pullRequestsOf: read(repository.pullRequestsOf),
    defaultBranch: async signal => (await check(false))?.defaultBranch ?? repository.defaultBranch(signal),
    upsertComment: write(repository.upsertComment),
    react: write(repository.react),
    upsertCheck: write(repository.upsertCheck),
    createIssue: write(repository.createIssue),
    issue: read(repository.issue),
    updateIssue: write(repository.updateIssue),
    proposeChange: write(repository.proposeChange),
    recordDeployment: write(repository.recordDeployment),
    permissionOf: read(repository.permissionOf),
    gitCredential: read(repository.gitCredential),
  }
}

function outOfReach(attempted: string): ForgeError {
  return new ForgeError('out-of-reach', attempted, { kind: 'never' }, undefined)
}
