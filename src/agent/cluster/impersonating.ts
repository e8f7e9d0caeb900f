import type { ServiceAccount } from './cluster.ts'
import type { Call, Connection } from './connection.ts'

/**
 * The same connection as another user. The API server adds the groups of a service account by itself, so that the right to impersonate just
 * this account is all that it takes. Source: "User impersonation" of Kubernetes' documentation.
 */
export function impersonating(connection: Connection, account: ServiceAccount): Connection {
  const headers = { 'Impersonate-User': `system:serviceaccount:${account.namespace}:${account.name}` }
  const asThem = (call: Call): Call => ({ ...call, headers: { ...call.headers, ...headers } })
  return {
    send: (call, signal) => connection.send(asThem(call), signal),
    open: (call, signal) => connection.open(asThem(call), signal),
    close: () => connection.close(),
  }
}
