import { applicationLabel } from '../model/fields.ts'
import { describeIdentity, identityOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Problem, SourceLocation } from '../model/problem.ts'
import { textAt } from './json.ts'

/** The application whose label an object carries; null when it has none. */
export function applicationOf(object: KubernetesObject): string | null {
  return textAt(object, 'metadata', 'labels', applicationLabel) || null
}

export function ownedByAnother(
  object: KubernetesObject,
  owner: string,
  location: SourceLocation | null,
): Problem {
  return {
    code: 'owned-by-another',
    message: `${describeIdentity(identityOf(object))} belongs to the application ${owner}`,
    location,
    hint: `Remove it from one of the two; to move it, do so in one commit of both, or delete its label ${applicationLabel}`,
  }
}
