import type { HealthCheck } from '../model/application.ts'
import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Health } from '../model/sync.ts'
import { checkFor, customHealth } from './health/custom.ts'
import { rolloutHealth, workflowHealth } from './health/argo.ts'
import { autoscalerHealth, disruptionBudgetHealth } from './health/autoscaling.ts'
import { genericHealth } from './health/generic.ts'
import { cronJobHealth, jobHealth } from './health/jobs.ts'
import { podHealth } from './health/pods.ts'
import { apiServiceHealth, definitionHealth, namespaceHealth } from './health/cluster-wide.ts'
import { claimHealth, ingressHealth, serviceHealth } from './health/services.ts'
import { daemonSetHealth, deploymentHealth, replicaSetHealth, statefulSetHealth } from './health/workloads.ts'
import { troubleOf } from './pod-trouble.ts'

export { podTrouble } from './pod-trouble.ts'

/** Says how one kind is doing. `object` is the whole live object. */
export type HealthRule = (object: KubernetesObject) => Health

const rules: ReadonlyMap<string, HealthRule> = new Map(
  Object.entries({
    '/Pod': podHealth,
    '/PersistentVolumeClaim': claimHealth,
    '/Service': serviceHealth,
    '/Namespace': namespaceHealth,
    'apps/Deployment': deploymentHealth,
    'apps/StatefulSet': statefulSetHealth,
    'apps/DaemonSet': daemonSetHealth,
    'apps/ReplicaSet': replicaSetHealth,
    'batch/Job': jobHealth,
    'batch/CronJob': cronJobHealth,
    'networking.k8s.io/Ingress': ingressHealth,
    'autoscaling/HorizontalPodAutoscaler': autoscalerHealth,
    'policy/PodDisruptionBudget': disruptionBudgetHealth,
    'argoproj.io/Rollout': rolloutHealth,
    'argoproj.io/Workflow': workflowHealth,
    'apiextensions.k8s.io/CustomResourceDefinition': definitionHealth,
    'apiregistration.k8s.io/APIService': apiServiceHealth,
  }),
)

export interface Related {
  /** Pods that the object runs; their troubles give the reason while it is not healthy. */
  readonly pods?: readonly KubernetesObject[]
  /** The application's own rules; they go before the ones built in. */
  readonly checks?: readonly HealthCheck[] | undefined
}

/**
 * How a live object is doing: Argo CD's rules for built-in kinds, kstatus's generic ones for all others. An object without any
 * status to judge by (a ConfigMap, a Role) is healthy when it exists. A pod that cannot run makes what is still progressing degraded.
 */
export function healthOf(object: KubernetesObject, related: Related = {}): Health {
  if (object.metadata.deletionTimestamp) return { status: 'progressing', message: 'is being deleted' }
  const check = checkFor(object, related.checks ?? [])
  const rule = rules.get(`${groupOf(object.apiVersion)}/${object.kind}`) ?? genericHealth
  const health = check ? customHealth(object, check) : rule(object)
  if (health.status !== 'progressing' && health.status !== 'degraded') return health
  const trouble = troubleOf(related.pods ?? [])
  if (!trouble) return health
  return { status: 'degraded', message: `${trouble.reason}: ${trouble.message}` }
}
