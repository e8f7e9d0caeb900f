import { join } from 'node:path'
import { goBuild } from '../machine/go-build.ts'
import { type Binary, type ModuleName, modules, type Platform } from './pins.ts'

const goModules = join(import.meta.dirname, '..', 'go')

/**
 * Builds one binary from the Go modules pinned in tools/go and puts it at `target`, which exists complete or not at
 * all. Takes seconds to minutes. Rejects as {@link goBuild} does.
 */
export async function buildBinary(
  binary: Binary,
  platform: Platform,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const module = modules[binary.module]
  await goBuild({
    module: join(goModules, module.folder),
    mainPackage: `${module.path}${binary.mainPackage}`,
    linkerFlags: linkerFlags(binary),
    platform,
    target,
    signal,
  })
}

/**
 * No symbol tables, and the version that the official binary would report: without it the API server calls itself
 * v0.0.0, which clients and charts that ask for a minimum version take at its word. etcd and KWOK know theirs.
 */
function linkerFlags({ module }: Binary): string {
  return ['-s', '-w', ...(stamps[module] ?? []).map(stamp => `-X ${stamp}`)].join(' ')
}

const stamps: Readonly<Partial<Record<ModuleName, readonly string[]>>> = {
  kubernetes: ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap(kubernetesStamps),
  kustomize: [`sigs.k8s.io/kustomize/api/provenance.version=v${modules.kustomize.version}`],
  helm: [`helm.sh/helm/v4/internal/version.version=v${modules.helm.version}`],
}

function kubernetesStamps(folder: string): readonly string[] {
  const { version } = modules.kubernetes
  const [major, minor] = version.split('.')
  return [
    `${folder}.gitVersion=v${version}`,
    `${folder}.gitMajor=${major}`,
    `${folder}.gitMinor=${minor}`,
    `${folder}.gitCommit=unknown`,
    `${folder}.gitTreeState=clean`,
  ]
}
