import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'

/** An API version of built-in kinds that Kubernetes stops to serve. Numbers are minor versions of Kubernetes 1. */
export interface RetiredApi {
  readonly deprecated: number
  readonly removed: number
  /** The apiVersion to use; null when there is none. */
  readonly instead: string | null
}

interface Row extends RetiredApi {
  readonly apiVersion: string
  /** Empty: every kind of it. */
  readonly kinds: readonly string[]
}

/** `apiVersion kinds deprecated removed instead`. Source: prerelease-lifecycle markers of k8s.io/api 0.36 and its deprecation guide. */
const table = `
extensions/v1beta1 Deployment,DaemonSet,ReplicaSet 8 16 apps/v1
extensions/v1beta1 NetworkPolicy 9 16 networking.k8s.io/v1
extensions/v1beta1 PodSecurityPolicy 10 16 -
extensions/v1beta1 Ingress 14 22 networking.k8s.io/v1
apps/v1beta1 * 8 16 apps/v1
apps/v1beta2 * 9 16 apps/v1
admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration,ValidatingWebhookConfiguration 16 22 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding 29 32 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy,ValidatingAdmissionPolicyBinding 31 34 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy,MutatingAdmissionPolicyBinding 35 38 admissionregistration.k8s.io/v1
admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy,MutatingAdmissionPolicyBinding 37 40 admissionregistration.k8s.io/v1
apiextensions.k8s.io/v1beta1 CustomResourceDefinition 16 22 apiextensions.k8s.io/v1
apiregistration.k8s.io/v1beta1 APIService 19 22 apiregistration.k8s.io/v1
autoscaling/v2beta1 HorizontalPodAutoscaler 22 25 autoscaling/v2
autoscaling/v2beta2 HorizontalPodAutoscaler 23 26 autoscaling/v2
batch/v2alpha1 CronJob 19 21 batch/v1
batch/v1beta1 CronJob 21 25 batch/v1
certificates.k8s.io/v1beta1 CertificateSigningRequest 19 22 certificates.k8s.io/v1
certificates.k8s.io/v1alpha1 ClusterTrustBundle 34 37 certificates.k8s.io/v1beta1
coordination.k8s.io/v1beta1 Lease 19 22 coordination.k8s.io/v1
discovery.k8s.io/v1beta1 EndpointSlice 21 25 discovery.k8s.io/v1
events.k8s.io/v1beta1 Event 22 25 events.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta1 * 23 26 flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta2 * 26 29 flowcontrol.apiserver.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1beta3 * 29 32 flowcontrol.apiserver.k8s.io/v1
networking.k8s.io/v1beta1 Ingress,IngressClass 19 22 networking.k8s.io/v1
networking.k8s.io/v1beta1 IPAddress,ServiceCIDR 34 37 networking.k8s.io/v1
node.k8s.io/v1beta1 RuntimeClass 22 25 node.k8s.io/v1
policy/v1beta1 PodDisruptionBudget 21 25 policy/v1
policy/v1beta1 PodSecurityPolicy 21 25 -
rbac.authorization.k8s.io/v1alpha1 * 17 22 rbac.authorization.k8s.io/v1
rbac.authorization.k8s.io/v1beta1 * 17 22 rbac.authorization.k8s.io/v1
resource.k8s.io/v1beta1 DeviceClass,ResourceClaim,ResourceClaimTemplate,ResourceSlice 35 38 resource.k8s.io/v1
resource.k8s.io/v1beta2 DeviceClass,ResourceClaim,ResourceClaimTemplate,ResourceSlice 36 39 resource.k8s.io/v1
scheduling.k8s.io/v1alpha1 PriorityClass 14 22 scheduling.k8s.io/v1
scheduling.k8s.io/v1beta1 PriorityClass 14 22 scheduling.k8s.io/v1
storage.k8s.io/v1alpha1 VolumeAttributesClass 32 35 storage.k8s.io/v1
storage.k8s.io/v1beta1 CSIDriver,CSINode,StorageClass,VolumeAttachment 19 22 storage.k8s.io/v1
storage.k8s.io/v1beta1 CSIStorageCapacity 24 27 storage.k8s.io/v1
storage.k8s.io/v1beta1 VolumeAttributesClass 34 37 storage.k8s.io/v1
`

const rows: readonly Row[] = table
  .trim()
  .split('\n')
  .map(line => {
    const [apiVersion = '', kinds = '', deprecated, removed, instead = '-'] = line.split(' ')
    return {
      apiVersion,
      kinds: kinds === '*' ? [] : kinds.split(','),
      deprecated: Number(deprecated),
      removed: Number(removed),
      instead: instead === '-' ? null : instead,
    }
  })

const byApiVersion: ReadonlyMap<string, readonly Row[]> = Map.groupBy(rows, row => row.apiVersion)

/** Null for what stays, and for kinds that are not built in. */
export function retiredApi({
  apiVersion,
  kind,
}: Pick<KubernetesObject, 'apiVersion' | 'kind'>): RetiredApi | null {
  const found = byApiVersion.get(apiVersion)
  return found?.find(row => row.kinds.length === 0 || row.kinds.includes(kind)) ?? null
}

/** `v1.36.3+k3s1` is 36; null when it cannot be read. */
export function minorOf(kubernetesVersion: string): number | null {
  const minor = /^v?1\.(\d+)/.exec(kubernetesVersion)?.[1]
  return minor === undefined ? null : Number(minor)
}

/** `use apps/v1`, with the group alone where the kind went to another one. */
export function insteadOf(api: RetiredApi): string {
  if (api.instead === null) return 'nothing replaces it'
  return groupOf(api.instead) === '' ? 'use the core group' : `use ${api.instead}`
}
