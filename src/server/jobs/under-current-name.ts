import { repositoryKey } from '../../model/repository.ts'
import type { Job } from '../queue/job.ts'
import type { Repositories } from '../store/records/repositories.ts'

/**
 * The job as it would be asked for now: its repository may have another name since. Null when it is out of reach, and there is nothing to
 * do for it; that it moved is looked at all the same.
 */
export async function underCurrentName(
  repositories: Pick<Repositories, 'current'>,
  job: Job,
): Promise<Job | null> {
  if (job.kind === 'repository-moved' || job.kind === 'cluster-silence' || !('repository' in job)) return job
  const record = await repositories.current(job.repository)
  if (!record) return job
  if (record.access === 'none') return null
  const isCurrent = record.key === repositoryKey(job.repository) && !record.ref.formerUrls
  return isCurrent ? job : { ...job, repository: record.ref }
}
