import { expect, test } from 'vitest'
import { explainForbidden } from '../../../src/agent/cluster/explain-forbidden.ts'

const account = 'system:serviceaccount:team-a:deployer'

test.each([
  {
    message: `deployments.apps is forbidden: User "${account}" cannot create resource "deployments" in API group "apps" in the namespace "prod"`,
    says: 'serviceaccount team-a/deployer may not create deployments.apps in namespace prod; grant it with a Role that allows create on deployments.apps, bound to it there',
  },
  {
    message: `clusterroles.rbac.authorization.k8s.io "x" is forbidden: User "${account}" cannot patch resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope`,
    says: 'serviceaccount team-a/deployer may not patch clusterroles.rbac.authorization.k8s.io in the whole cluster; grant it with a ClusterRole that allows patch on clusterroles.rbac.authorization.k8s.io, bound to it',
  },
  {
    message:
      'pods "a" is forbidden: User "alice" cannot get resource "pods/log" in API group "" in the namespace "shop": RBAC: not found',
    says: 'user alice may not get pods/log in namespace shop; grant it with a Role that allows get on pods/log, bound to it there',
  },
  {
    message:
      'namespaces "shop" is forbidden: User "alice" cannot patch resource "namespaces" in API group "" in the namespace "shop"',
    says: 'user alice may not patch namespaces in the whole cluster; grant it with a ClusterRole that allows patch on namespaces, bound to it',
  },
  { message: 'pods "a" is forbidden: exceeded quota: small', says: null },
])('$says', ({ message, says }) => {
  expect(explainForbidden(message)).toBe(says)
})
