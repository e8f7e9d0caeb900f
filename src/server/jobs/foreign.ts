import type { ApplicationName } from '../store/records/applications.ts'
import type { Store } from '../store/store.ts'
import { no, type Outcome } from './comment-outcome.ts'

/**
 * Why people of a repository may not tell agents what to do with these applications: one of them is another repository's by now. Null when
 * they may; an application that nobody defines any more is theirs still.
 */
export async function foreignAmong(
  { applications }: Pick<Store, 'applications'>,
  repository: string,
  names: readonly ApplicationName[],
): Promise<Outcome | null> {
  for (const name of names) {
    const known = await applications.named(name)
    if (known && known.repository !== repository) {
      return no(`\`${name.name}\` on \`${name.cluster}\` belongs to another repository.`)
    }
  }
  return null
}
