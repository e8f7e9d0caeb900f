import { missing, noneOf, oneOf, setStatus, type Stage, stage } from './stage.ts'

/** Ready at once, and again whenever something says they are not. KWOK itself renews their leases. */
const nodeReady = stage({
  name: 'node-ready',
  kind: 'Node',
  when: [noneOf('.status.conditions[]? | select(.type == "Ready") | .status', 'True')],
  steps: [
    setStatus(`
{{ $now := Now }}
addresses:
- { type: InternalIP, address: {{ NodeIP | Quote }} }
- { type: Hostname, address: {{ .metadata.name | Quote }} }
capacity: { cpu: "64", memory: 256Gi, ephemeral-storage: 1Ti, pods: "10000" }
allocatable: { cpu: "64", memory: 256Gi, ephemeral-storage: 1Ti, pods: "10000" }
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
nodeInfo:
  architecture: amd64
  bootID: ""
  containerRuntimeVersion: kwok-{{ Version }}
  kernelVersion: kwok-{{ Version }}
  kubeProxyVersion: ""
  kubeletVersion: kwok-{{ Version }}
  machineID: ""
  operatingSystem: linux
  osImage: ""
  systemUUID: ""`),
  ],
})

/** Services of type LoadBalancer get an address, as a cloud would give them. */
const loadBalancer = stage({
  name: 'service-load-balancer',
  kind: 'Service',
  when: [oneOf('.spec.type', 'LoadBalancer'), missing('.status.loadBalancer.ingress[]?.ip')],
  steps: [setStatus('loadBalancer: { ingress: [ { ip: 192.0.2.1 } ] }')],
})

/** The default storage class of every cluster. */
export const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'plumbline.dev/simulated',
} as const

/** A claim gets a volume made for it; Kubernetes itself binds the two. */
const provision = stage({
  name: 'claim-provision',
  kind: 'PersistentVolumeClaim',
  when: [oneOf('.spec.storageClassName', storageClass.metadata.name), missing('.spec.volumeName')],
  steps: [
    {
      apply: {
        template: `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: {{ .spec.resources.requests | toJson }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: ${storageClass.metadata.name}
  volumeMode: {{ or .spec.volumeMode "Filesystem" }}
  hostPath: { path: /simulated/{{ .metadata.uid }} }
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    namespace: {{ .metadata.namespace | Quote }}
    name: {{ .metadata.name | Quote }}
    uid: {{ .metadata.uid | Quote }}`,
      },
    },
  ],
})

const deleteReleased = stage({
  name: 'volume-delete',
  kind: 'PersistentVolume',
  when: [
    oneOf('.spec.storageClassName', storageClass.metadata.name),
    oneOf('.status.phase', 'Released', 'Failed'),
  ],
  steps: [{ delete: true }],
})

export const infrastructureStages: readonly Stage[] = [nodeReady, loadBalancer, provision, deleteReleased]
