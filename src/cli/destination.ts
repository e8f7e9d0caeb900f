import type { ClusterAccess } from '../agent/cluster/cluster-access.ts'
import { noKubeConfig } from '../agent/cluster/kube-config-files.ts'
import { InvalidInputError } from '../model/problem.ts'
import { explained } from './cluster-failure.ts'
import type { TargetOptions } from './commands/options.ts'

/** What manifests are meant for: a cluster, or the Kubernetes version that Plumbline brings along. */
export interface Destination {
  /** For people: `cluster dev (Kubernetes 1.36.3)`. */
  readonly label: string
  /** Null without a cluster. */
  readonly access: ClusterAccess | null
  /** As charts see it: `v1.36.3`. */
  readonly kubernetesVersion: string
  /** `group/version` and `group/version/Kind`. */
  readonly apiVersions: readonly string[]
}

export type DestinationOptions = Pick<TargetOptions, 'kubeconfig' | 'context'> & {
  readonly offline?: boolean
}

/** The cluster that is asked for, or that a kubeconfig names; the bundle with `offline`, and where there is no kubeconfig at all. */
export async function openDestination(
  options: DestinationOptions,
  signal: AbortSignal,
): Promise<Destination> {
  const access = await accessFor(options)
  if (access === null) return bundledDestination()
  const { createCluster } = await import('../agent/cluster/create-cluster.ts')
  const cluster = createCluster({ kubeConfig: access })
  try {
    const { kubernetesVersion, apiVersions } = await cluster.discover(signal)
    const label = `cluster ${access.getCurrentContext()} (Kubernetes ${kubernetesVersion.replace(/^v/, '')})`
    return { label, access, kubernetesVersion, apiVersions }
  } catch (error) {
    throw explained(error, access)
  } finally {
    cluster.close()
  }
}

async function accessFor({
  kubeconfig,
  context,
  offline,
}: DestinationOptions): Promise<ClusterAccess | null> {
  if (offline) return null
  const { openClusterAccess } = await import('../agent/cluster/cluster-access.ts')
  try {
    return await openClusterAccess({ kubeconfig, context })
  } catch (error) {
    const isMissing =
      error instanceof InvalidInputError && error.problems.every(it => it.code === noKubeConfig)
    if (isMissing && context === undefined) return null
    throw error
  }
}

async function bundledDestination(): Promise<Destination> {
  const { bundledKinds, bundledSource } = await import('../repository/schema/bundled.ts')
  const source = bundledSource()
  return {
    label: `Kubernetes ${source.kubernetesVersion} (bundled)`,
    access: null,
    kubernetesVersion: `v${source.kubernetesVersion}`,
    apiVersions: [...source.apiVersions, ...bundledKinds()],
  }
}
