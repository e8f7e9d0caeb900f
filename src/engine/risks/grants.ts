import type { KubernetesObject } from '../../model/object.ts'
import { listAt } from '../json.ts'

/** One thing that a role allows. */
export interface Grant {
  readonly verb: string
  readonly group: string
  /** A resource, or a path when `isPath`. */
  readonly resource: string
  readonly isPath: boolean
  /** Null for objects of any name. */
  readonly name: string | null
}

/** Every combination of a role's rules, each once. */
export function grantsOf(role: KubernetesObject | null): readonly Grant[] {
  const found = new Map<string, Grant>()
  for (const rule of listAt(role, 'rules')) {
    for (const grant of grantsOfRule(rule)) found.set(JSON.stringify(grant), grant)
  }
  return [...found.values()]
}

function grantsOfRule(rule: unknown): readonly Grant[] {
  const texts = (field: string) => listAt(rule, field).map(String)
  const names = texts('resourceNames')
  const targets = [
    ...texts('apiGroups').flatMap(group =>
      texts('resources').flatMap(resource =>
        (names.length > 0 ? names : [null]).map(name => ({ group, resource, isPath: false, name })),
      ),
    ),
    ...texts('nonResourceURLs').map(resource => ({ group: '', resource, isPath: true, name: null })),
  ]
  return targets.flatMap(target => texts('verbs').map(verb => ({ verb, ...target })))
}

/** Whether one of `others` allows it already. */
export function isCovered(grant: Grant, others: readonly Grant[]): boolean {
  return others.some(
    other =>
      other.isPath === grant.isPath &&
      (other.verb === '*' || other.verb === grant.verb) &&
      (other.group === '*' || other.group === grant.group) &&
      (other.name === null || other.name === grant.name) &&
      coversResource(other.resource, grant.resource),
  )
}

/** `*` is everything, `* /scale` without the space every resource's scale, a path may end in `*`. */
function coversResource(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true
  if (pattern.startsWith('*/')) return resource.endsWith(pattern.slice(1))
  return pattern.startsWith('/') && pattern.endsWith('*') && resource.startsWith(pattern.slice(0, -1))
}

/** With these one gives oneself every other right. Source: "Privilege escalation prevention" in the documentation of Kubernetes. */
const escalating: ReadonlySet<string> = new Set(['escalate', 'bind', 'impersonate'])

export function isDangerous({ verb, group, resource }: Grant): boolean {
  return escalating.has(verb) || verb === '*' || group === '*' || resource === '*'
}

const mostShown = 5

/** `get, list on pods; * on deployments.apps named web`. */
export function describeGrants(grants: readonly Grant[]): string {
  const parts = [...Map.groupBy(grants, targetOf)].map(
    ([target, same]) => `${same.map(it => it.verb).join(', ')} on ${target}`,
  )
  const more = parts.length > mostShown ? ` and ${parts.length - mostShown} more` : ''
  return `${parts.slice(0, mostShown).join('; ')}${more}`
}

function targetOf({ group, resource, name }: Grant): string {
  const kind = group === '' ? resource : `${resource}.${group}`
  return name === null ? kind : `${kind} named ${name}`
}
