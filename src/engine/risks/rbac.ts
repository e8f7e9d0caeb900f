import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { canonicalJson, listAt, propertyAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** More rights than before: new verbs, wildcards, new subjects, cluster-admin. */
export function rbacRisks({ live, after }: RiskInput): readonly Risk[] {
  if (!after || groupOf(after.apiVersion) !== 'rbac.authorization.k8s.io') return []
  if (after.kind === 'Role' || after.kind === 'ClusterRole') return roleRisks(live, after)
  if (after.kind === 'RoleBinding' || after.kind === 'ClusterRoleBinding') return bindingRisks(live, after)
  return []
}

function roleRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const before = new Set(grantsOf(live))
  const covered = (grant: string): boolean =>
    before.has(grant) || before.has('* on *') || before.has(`* on ${grant.slice(grant.indexOf(' on ') + 4)}`)
  const added = grantsOf(after).filter((grant, at, all) => !covered(grant) && all.indexOf(grant) === at)
  if (added.length === 0) return []
  const isWild = added.some(grant => grant.includes('*'))
  // A new role grants nobody anything until it is bound; that is worth a word only when it grants everything.
  if (!live && !isWild) return []
  const shown = added.slice(0, 5).join(', ') + (added.length > 5 ? ` and ${added.length - 5} more` : '')
  const message = `${after.kind} ${after.metadata.name} ${live ? 'newly allows' : 'allows'} ${shown}`
  return [{ code: 'rbac-widened', severity: isWild ? 'high' : 'medium', message }]
}

/** `verb on resource.group`, for every combination of a rule. */
function grantsOf(role: KubernetesObject | null): readonly string[] {
  return listAt(role, 'rules').flatMap(rule => {
    const groups = textsAt(rule, 'apiGroups')
    const resources = textsAt(rule, 'resources').flatMap(resource =>
      groups.map(group => (group === '' || resource === '*' ? resource : `${resource}.${group}`)),
    )
    const names = listAt(rule, 'resourceNames')
    const only = names.length > 0 ? ` named ${names.join(', ')}` : ''
    const targets = [...resources, ...textsAt(rule, 'nonResourceURLs')]
    return textsAt(rule, 'verbs').flatMap(verb => targets.map(target => `${verb} on ${target}${only}`))
  })
}

function textsAt(rule: unknown, field: string): readonly string[] {
  return listAt(rule, field).map(String)
}

function bindingRisks(live: KubernetesObject | null, after: KubernetesObject): readonly Risk[] {
  const role = textAt(after, 'roleRef', 'name') ?? ''
  const isSameRole =
    live !== null && canonicalJson(propertyAt(live, 'roleRef')) === canonicalJson(after.roleRef)
  const before = new Set(isSameRole ? subjectsOf(live) : [])
  const added = subjectsOf(after).filter(subject => !before.has(subject))
  if (added.length === 0) return []
  const isAdmin = textAt(after, 'roleRef', 'kind') === 'ClusterRole' && role === 'cluster-admin'
  const isEverybody = added.some(subject => /system:(authenticated|unauthenticated|anonymous)$/.test(subject))
  const message = `${after.kind} ${after.metadata.name} gives ${role} to ${added.join(', ')}`
  return [{ code: 'rbac-widened', severity: isAdmin || isEverybody ? 'high' : 'medium', message }]
}

function subjectsOf(binding: KubernetesObject | null): readonly string[] {
  return listAt(binding, 'subjects').map(subject => {
    const namespace = textAt(subject, 'namespace')
    return `${textAt(subject, 'kind')} ${namespace ? `${namespace}/` : ''}${textAt(subject, 'name')}`
  })
}
