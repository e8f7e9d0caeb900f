import type { BinaryName } from './pins.ts'
import type { ClusterFolder } from './cluster-folder.ts'

/** One process of a cluster. Every one names the cluster's folder in its arguments: that is how it is found again. */
export interface Component {
  readonly name: BinaryName
  readonly args: readonly string[]
}

/** Without these there is no cluster; the others make it live. */
export const storeNames: readonly BinaryName[] = ['etcd', 'kube-apiserver']

export const componentNames: readonly BinaryName[] = [
  ...storeNames,
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
]

export interface Ports {
  readonly etcd: number
  readonly apiServer: number
}

/** Who talks to the API server: people and tests, and each component that is a client. All may do everything. */
export const users = ['admin', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const
export type User = (typeof users)[number]

export function kubeconfigOf(folder: ClusterFolder, user: User): string {
  return user === 'admin' ? folder.kubeconfig : `${folder.root}/${user}.kubeconfig`
}

/** A store that forgets: no fsync, since a cluster that was not taken down in order is thrown away. */
export function etcd(folder: ClusterFolder, ports: Ports): Component {
  const client = `http://127.0.0.1:${ports.etcd}`
  return {
    name: 'etcd',
    args: [
      `--data-dir=${folder.etcdData}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      // One member has no peers; port 0 is a free one that nobody needs to know.
      '--listen-peer-urls=http://127.0.0.1:0',
      '--unsafe-no-fsync=true',
      '--quota-backend-bytes=4294967296',
      '--auto-compaction-mode=periodic',
      '--auto-compaction-retention=10m',
      '--log-level=warn',
    ],
  }
}

/**
 * The API server as clusters run it: RBAC, the default admission plugins, service account tokens. It makes its own
 * serving certificate and authority in the certificates folder.
 */
export function apiServer(folder: ClusterFolder, ports: Ports, more: readonly string[] = []): Component {
  return {
    name: 'kube-apiserver',
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--cert-dir=${folder.certificates}`,
      `--token-auth-file=${folder.tokens}`,
      '--authorization-mode=RBAC',
      '--anonymous-auth=true',
      '--allow-privileged=true',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${folder.serviceAccountPublicKey}`,
      `--service-account-signing-key-file=${folder.serviceAccountKey}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      // The service `kubernetes` cannot have a loopback endpoint, and nothing here uses it.
      '--endpoint-reconciler-type=none',
      '--enable-priority-and-fairness=false',
      '--profiling=false',
      ...more,
    ],
  }
}

export function controllerManager(folder: ClusterFolder): Component {
  return {
    name: 'kube-controller-manager',
    args: [
      `--kubeconfig=${kubeconfigOf(folder, 'kube-controller-manager')}`,
      `--service-account-private-key-file=${folder.serviceAccountKey}`,
      `--root-ca-file=${folder.certificates}/apiserver.crt`,
      '--leader-elect=false',
      '--secure-port=0',
      '--profiling=false',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
  }
}

export function scheduler(folder: ClusterFolder): Component {
  return {
    name: 'kube-scheduler',
    args: [
      `--kubeconfig=${kubeconfigOf(folder, 'kube-scheduler')}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--profiling=false',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
  }
}

/** Plays the nodes: kubelets that exist only as the status they would report, by the Stages in the folder. */
export function kwok(folder: ClusterFolder): Component {
  return {
    name: 'kwok',
    args: [
      `--kubeconfig=${kubeconfigOf(folder, 'kwok')}`,
      `--config=${folder.stages}`,
      '--manage-all-nodes=true',
      '--node-ip=10.1.0.1',
      '--cidr=10.128.0.1/9',
      '--node-lease-duration-seconds=40',
    ],
  }
}
