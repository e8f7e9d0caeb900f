import { z } from 'zod'
import { modules, type BinaryName, type Platform } from './pins.ts'

/** Where a project publishes one binary, and where it says what that file's SHA-256 is. */
export interface Release {
  readonly url: string
  readonly checksum:
    | { readonly kind: 'bare'; readonly url: string }
    | { readonly kind: 'list'; readonly url: string; readonly file: string }
    | { readonly kind: 'github-asset'; readonly url: string; readonly file: string }
  /** The binary's path in the gzipped tar that `url` gives; undefined when `url` gives the binary itself. */
  readonly member?: string
}

/** The official file of a binary for a platform; undefined where the project publishes none that we can verify. */
export function releaseOf(name: BinaryName, platform: Platform): Release | undefined {
  return releases[name](platform)
}

const linuxOnly = (release: (platform: Platform) => Release) => (platform: Platform) =>
  platform.os === 'linux' ? release(platform) : undefined

const releases: Readonly<Record<BinaryName, (platform: Platform) => Release | undefined>> = {
  'kube-apiserver': linuxOnly(kubernetesRelease('kube-apiserver')),
  'kube-controller-manager': linuxOnly(kubernetesRelease('kube-controller-manager')),
  'kube-scheduler': linuxOnly(kubernetesRelease('kube-scheduler')),
  kubectl: kubernetesRelease('kubectl'),
  etcd: linuxOnly(etcdRelease),
  kwok: kwokRelease,
  helm: helmRelease,
  kustomize: kustomizeRelease,
}

function kubernetesRelease(name: string): (platform: Platform) => Release {
  return ({ os, arch }) => {
    const url = `https://dl.k8s.io/release/v${modules.kubernetes.version}/bin/${os}/${arch}/${name}`
    return { url, checksum: { kind: 'bare', url: `${url}.sha256` } }
  }
}

function helmRelease({ os, arch }: Platform): Release {
  const file = `helm-v${modules.helm.version}-${os}-${arch}.tar.gz`
  const url = `https://get.helm.sh/${file}`
  return { url, checksum: { kind: 'list', url: `${url}.sha256sum`, file }, member: `${os}-${arch}/helm` }
}

function kustomizeRelease({ os, arch }: Platform): Release {
  const version = modules.kustomize.version
  const folder = `https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv${version}`
  const file = `kustomize_v${version}_${os}_${arch}.tar.gz`
  const checksum = { kind: 'list', url: `${folder}/checksums.txt`, file } as const
  return { url: `${folder}/${file}`, checksum, member: 'kustomize' }
}

function etcdRelease({ arch }: Platform): Release {
  const version = modules.etcd.version
  const folder = `https://github.com/etcd-io/etcd/releases/download/v${version}`
  const name = `etcd-v${version}-linux-${arch}`
  return {
    url: `${folder}/${name}.tar.gz`,
    checksum: { kind: 'list', url: `${folder}/SHA256SUMS`, file: `${name}.tar.gz` },
    member: `${name}/etcd`,
  }
}

/** KWOK publishes no checksum file; GitHub computes a digest of every release file and serves it. */
function kwokRelease({ os, arch }: Platform): Release {
  const version = modules.kwok.version
  const file = `kwok-${os}-${arch}`
  return {
    url: `https://github.com/kubernetes-sigs/kwok/releases/download/v${version}/${file}`,
    checksum: {
      kind: 'github-asset',
      url: `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v${version}`,
      file,
    },
  }
}

const githubRelease = z.object({
  assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })),
})

/**
 * The SHA-256 (hexadecimal) that a checksum document gives for the release's file; undefined if it gives none.
 * Lists have lines of `hash  name`, as sha256sum writes them.
 */
export function checksumIn(document: string, checksum: Release['checksum']): string | undefined {
  if (checksum.kind === 'bare') return sha256(document.trim())
  if (checksum.kind === 'list') {
    const lines = document.split('\n').map(line => line.trim().split(/\s+\*?/))
    return sha256(lines.find(([, file]) => file === checksum.file)?.[0])
  }
  const { assets } = githubRelease.parse(JSON.parse(document))
  const digest = assets.find(({ name }) => name === checksum.file)?.digest
  return sha256(digest?.replace(/^sha256:/, ''))
}

function sha256(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined
}
