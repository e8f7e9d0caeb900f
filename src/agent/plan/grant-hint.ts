import type { ClusterError } from '../cluster/cluster.ts'

/** What to do about a missing right: a refusal by RBAC says itself what would grant it, see explain-forbidden.ts. */
export function grantHint({ message }: ClusterError, otherwise: string): string | null {
  return message.includes('grant it with a') ? null : otherwise
}
