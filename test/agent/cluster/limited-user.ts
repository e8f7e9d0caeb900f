import type { KubeConfig } from '@kubernetes/client-node'
import { expect } from 'vitest'
import { createClient } from '../../../src/agent/cluster/client.ts'
import { createConnection } from '../../../src/agent/cluster/connection.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import type { ControlPlane } from '../../control-plane.ts'

export interface Rights {
  readonly namespace: string
  /** PolicyRules of a Role in the namespace. */
  readonly rules: readonly object[]
  /** PolicyRules of a ClusterRole. */
  readonly clusterRules?: readonly object[]
}

/** The kubeconfig of a service account that may do only what is said (and what everybody may, such as discovery). */
export async function limitedKubeConfig(plane: ControlPlane, rights: Rights): Promise<KubeConfig> {
  const { namespace, rules, clusterRules = [] } = rights
  const name = plane.freeName('limited')
  const group = 'rbac.authorization.k8s.io'
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  const clusterWide = ['ClusterRole', 'ClusterRoleBinding'].map(kind => ({
    apiVersion: `${group}/v1`,
    kind,
    metadata: { name },
    ...(kind === 'ClusterRole'
      ? { rules: clusterRules }
      : { subjects, roleRef: { apiGroup: group, kind: 'ClusterRole', name } }),
  }))
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name, namespace }, rules },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      subjects,
      roleRef: { apiGroup: group, kind: 'Role', name },
    },
    ...clusterWide,
  ]
  for (const object of objects) await plane.cluster.apply(object, { dryRun: false }, plane.signal)
  for (const object of clusterWide) plane.cleanUp(object)

  const config = loadKubeConfig({ kubeconfig: plane.kubeconfig })
  const connection = createConnection(config)
  const answer = await createClient(connection).call(
    {
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      attempted: 'get a token',
      body: {
        type: 'application/json',
        text: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
      },
    },
    plane.signal,
  )
  connection.close()
  const { token } = (answer as { status: { token: string } }).status
  config.loadFromClusterAndUser(config.getCurrentCluster()!, { name, token })
  await untilGranted(config, rights, plane.signal)
  return config
}

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** The authoriser learns of new roles a moment after they are stored. */
async function untilGranted(config: KubeConfig, rights: Rights, signal: AbortSignal): Promise<void> {
  const connection = createConnection(config)
  const client = createClient(connection)
  const asked = [
    ...(rights.rules as readonly Rule[]).map(rule => ({ rule, namespace: rights.namespace })),
    ...((rights.clusterRules ?? []) as readonly Rule[]).map(rule => ({ rule, namespace: '' })),
  ].flatMap(({ rule, namespace }) =>
    rule.verbs.map(verb => ({ namespace, verb, group: rule.apiGroups[0], resource: rule.resources[0] })),
  )
  for (const resourceAttributes of asked) {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }
    const call = {
      method: 'POST' as const,
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      attempted: 'ask for a right',
      body: { type: 'application/json', text: JSON.stringify(review) },
    }
    await expect
      .poll(
        async () => ((await client.call(call, signal)) as { status: { allowed: boolean } }).status.allowed,
      )
      .toBe(true)
  }
  connection.close()
}
