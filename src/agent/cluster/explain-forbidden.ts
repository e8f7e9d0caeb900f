/** How the RBAC authoriser says no. */
const refusal =
  /User "([^"]+)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]*)"| at the cluster scope)?/

/**
 * Says who may not do what where, and what would grant it. Null for what is not the authoriser's refusal of a resource; `message` is the API
 * server's.
 */
export function explainForbidden(message: string): string | null {
  const [, user, verb, resource, group, place] = refusal.exec(message) ?? []
  if (!user || !verb || !resource) return null
  // A Namespace is said to be in itself.
  const namespace = resource === 'namespaces' ? undefined : place
  const what = group ? `${resource}.${group}` : resource
  const where = namespace ? `in namespace ${namespace}` : 'in the whole cluster'
  const kind = namespace ? 'Role' : 'ClusterRole'
  return `${personOf(user)} may not ${verb} ${what} ${where}; grant it with a ${kind} that allows ${verb} on ${what}, bound to it${namespace ? ' there' : ''}`
}

function personOf(user: string): string {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? []
  return name ? `serviceaccount ${namespace}/${name}` : `user ${user}`
}
