import { createHash } from 'node:crypto'

/**
 * The Go modules that the control plane's binaries come from. `folder` is the folder below tools/go whose go.mod
 * pins the same version with everything it depends on; a test keeps the two equal.
 */
export const modules = {
  etcd: { path: 'go.etcd.io/etcd/server/v3', version: '3.6.6', folder: 'etcd' },
  kustomize: { path: 'sigs.k8s.io/kustomize/kustomize/v5', version: '5.8.1', folder: 'kustomize' },
  kubernetes: { path: 'k8s.io/kubernetes', version: '1.36.3', folder: 'kubernetes' },
  kwok: { path: 'sigs.k8s.io/kwok', version: '0.8.0', folder: 'kwok' },
  helm: { path: 'helm.sh/helm/v4', version: '4.3.1', folder: 'helm' },
} as const

export type ModuleName = keyof typeof modules

/** One binary: the module it belongs to, and its main package inside that module ('' is the module's root). */
export interface Binary {
  readonly name: string
  readonly module: ModuleName
  readonly mainPackage: string
}

/** In the order they are fetched or built: small ones first, so that progress shows early. */
export const binaries = [
  { name: 'etcd', module: 'etcd', mainPackage: '' },
  { name: 'kustomize', module: 'kustomize', mainPackage: '' },
  { name: 'kube-apiserver', module: 'kubernetes', mainPackage: '/cmd/kube-apiserver' },
  { name: 'kube-controller-manager', module: 'kubernetes', mainPackage: '/cmd/kube-controller-manager' },
  { name: 'kube-scheduler', module: 'kubernetes', mainPackage: '/cmd/kube-scheduler' },
  { name: 'kubectl', module: 'kubernetes', mainPackage: '/cmd/kubectl' },
  { name: 'kwok', module: 'kwok', mainPackage: '/cmd/kwok' },
  { name: 'helm', module: 'helm', mainPackage: '/cmd/helm' },
] as const satisfies readonly Binary[]

export type BinaryName = (typeof binaries)[number]['name']

/** Raise it when a change of the build recipe alone (flags, stamps) must not reuse binaries built before it. */
const recipe = 1

export interface Platform {
  /** Go's name of the operating system: `linux`, `darwin`. */
  readonly os: string
  /** Go's name of the architecture: `amd64`, `arm64`. */
  readonly arch: string
}

export function currentPlatform(): Platform {
  return { os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch }
}

/** Names one set of binaries: a change of any version, of the recipe or of the platform gives another key. */
export function cacheKey(platform: Platform): string {
  const versions = Object.values(modules)
    .map(module => `${module.path}@v${module.version}`)
    .sort()
  const digest = createHash('sha256')
    .update(JSON.stringify([recipe, versions]))
    .digest('hex')
  return `kubernetes-${modules.kubernetes.version}-${digest.slice(0, 12)}-${platform.os}-${platform.arch}`
}
