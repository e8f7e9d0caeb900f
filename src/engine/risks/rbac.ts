import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { canonicalJson, isJsonObject, listAt, propertyAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'
import { describeGrants, grantsOf, isCovered, isDangerous } from './grants.ts'

/** More rights than before: new verbs, wildcards, rights that lead to all others, new subjects, cluster-admin. */
export function rbacRisks(input: RiskInput): readonly Risk[] {
  const { live, after } = input
  if (!after || groupOf(after.apiVersion) !== 'rbac.authorization.k8s.io') return []
  switch (after.kind) {
    case 'Role':
    case 'ClusterRole':
      return [...roleRisks(live, after), ...aggregationRisks(live, after)]
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return bindingRisks(live, after, input.head)
  }
  return []
}

function roleRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const before = grantsOf(live)
  const added = grantsOf(after).filter(grant => !isCovered(grant, before))
  const isHigh = added.some(isDangerous)
  // A new role grants nobody anything until it is bound; that is worth a word only when it grants everything.
  if (added.length === 0 || (!live && !isHigh)) return []
  const verb = live ? 'newly allows' : 'allows'
  const message = `${after.kind} ${after.metadata.name} ${verb} ${describeGrants(added)}`
  return [{ code: 'rbac-widened', severity: isHigh ? 'high' : 'medium', message }]
}

const aggregateTo = 'rbac.authorization.k8s.io/aggregate-to-'

/** Rights that everybody gets who has `admin`, `edit` or `view`, without any binding. */
function aggregationRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const before = new Set(aggregatedTo(live))
  const added = aggregatedTo(after).filter(role => !before.has(role))
  if (added.length === 0) return []
  const message = `ClusterRole ${after.metadata.name} adds what it allows to ${added.join(', ')}: ${describeGrants(grantsOf(after))}`
  return [{ code: 'rbac-widened', severity: 'medium', message }]
}

function aggregatedTo(role: KubernetesObject | null): readonly string[] {
  const labels = propertyAt(role, 'metadata', 'labels')
  return Object.entries(isJsonObject(labels) ? labels : {})
    .filter(([name, value]) => name.startsWith(aggregateTo) && value === 'true')
    .map(([name]) => name.slice(aggregateTo.length))
}

/** Groups that hold everybody, or every service account. */
const everybody = /^Group system:(authenticated|unauthenticated|serviceaccounts)$|^User system:anonymous$/

function bindingRisks(
  live: KubernetesObject | null,
  after: KubernetesObject,
  head: readonly KubernetesObject[],
): readonly Risk[] {
  const isSameRole =
    live !== null && canonicalJson(propertyAt(live, 'roleRef')) === canonicalJson(after.roleRef)
  const before = new Set(isSameRole ? subjectsOf(live) : [])
  const added = subjectsOf(after).filter(subject => !before.has(subject))
  if (added.length === 0) return []
  const role = textAt(after, 'roleRef', 'name') ?? ''
  const isHigh = added.some(subject => everybody.test(subject)) || isPowerful(after, head)
  const listed = added.slice(0, 5).join(', ') + (added.length > 5 ? ` and ${added.length - 5} more` : '')
  const message = `${after.kind} ${after.metadata.name} gives ${role} to ${listed}`
  return [{ code: 'rbac-widened', severity: isHigh ? 'high' : 'medium', message }]
}

/** cluster-admin, or a role of the same render that allows as much. */
function isPowerful(binding: KubernetesObject, head: readonly KubernetesObject[]): boolean {
  const kind = textAt(binding, 'roleRef', 'kind')
  const name = textAt(binding, 'roleRef', 'name')
  if (kind === 'ClusterRole' && name === 'cluster-admin') return true
  const role = head.find(
    it =>
      it.kind === kind &&
      it.metadata.name === name &&
      groupOf(it.apiVersion) === 'rbac.authorization.k8s.io' &&
      (kind === 'ClusterRole' || it.metadata.namespace === binding.metadata.namespace),
  )
  return grantsOf(role ?? null).some(isDangerous)
}

function subjectsOf(binding: KubernetesObject | null): readonly string[] {
  return listAt(binding, 'subjects').map(subject => {
    const namespace = textAt(subject, 'namespace')
    return `${textAt(subject, 'kind')} ${namespace ? `${namespace}/` : ''}${textAt(subject, 'name')}`
  })
}
