import * as access from './access.ts'
import * as config from './config.ts'
import { gadget, policy } from './custom.ts'
import type { Kind } from './kind.ts'
import * as network from './network.ts'
import * as workloads from './workloads.ts'

/** What sequences are made of, the simplest first: that is where shrinking goes. */
export const allKinds: readonly Kind[] = [
  config.configMap,
  config.secret,
  access.serviceAccount,
  access.role,
  network.service,
  workloads.deployment,
  workloads.statefulSet,
  workloads.daemonSet,
  workloads.job,
  workloads.cronJob,
  workloads.pod,
  network.ingress,
  network.networkPolicy,
  access.roleBinding,
  access.clusterRole,
  access.clusterRoleBinding,
  config.autoscaler,
  config.disruptionBudget,
  config.claim,
  config.quota,
  config.limitRange,
  access.priorityClass,
  access.storageClass,
  access.namespace,
  gadget,
  policy,
]
