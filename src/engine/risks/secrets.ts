import type { Risk } from '../../model/plan.ts'
import { isSecret } from '../fold-secret.ts'
import { isJsonObject } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** A Secret whose content is rendered stands in Git, readable for everyone who can read the repository. */
export function secretRisks({ action, desired, live }: RiskInput): readonly Risk[] {
  if (!desired || !isSecret(desired) || action === 'delete') return []
  const filled = Object.entries(isJsonObject(desired.data) ? desired.data : {}).filter(
    ([, value]) => value !== '',
  )
  if (filled.length === 0) return []
  const message = `Secret ${desired.metadata.name} has its content in Git (${filled.length === 1 ? '1 key' : `${filled.length} keys`})`
  return [{ code: 'secret-in-git', severity: live ? 'low' : 'medium', message }]
}
