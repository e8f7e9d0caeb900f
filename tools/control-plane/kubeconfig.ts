import { stringify } from 'yaml'
import type { ClusterAccess } from './cluster-folder.ts'
import type { User } from './components.ts'

/** A kubeconfig that stands alone: it names no other file, so it can be copied or mounted elsewhere. */
export function kubeconfig(cluster: string, user: User, access: ClusterAccess): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    contexts: [{ name: cluster, context: { cluster, user, namespace: 'default' } }],
    clusters: [
      {
        name: cluster,
        cluster: {
          server: access.server,
          'certificate-authority-data': Buffer.from(access.certificate).toString('base64'),
        },
      },
    ],
    users: [{ name: user, user: { token: access.token } }],
  })
}
