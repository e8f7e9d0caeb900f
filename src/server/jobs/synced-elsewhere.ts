import type { Records } from '../store/store.ts'
import { no } from './comment-outcome.ts'

/** What to answer where all that a pull request changed was synced with one that was merged later; null when it was not. */
export async function syncedElsewhere(
  { syncOrigins }: Pick<Records, 'syncOrigins'>,
  { repository, number }: { readonly repository: string; readonly number: number },
): Promise<ReturnType<typeof no> | null> {
  const later = await syncOrigins.laterThan(repository, number)
  return later === null
    ? null
    : no(`What this changed is synced together with #${later}, which was merged after it: say it there.`)
}
