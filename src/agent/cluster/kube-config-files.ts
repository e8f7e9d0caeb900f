import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface KubeConfigOptions {
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string | undefined
  /** Name of one of its contexts; its current one when missing. */
  readonly context?: string | undefined
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Whether this runs in a pod that may talk to its cluster. */
export function isInPod(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST']) && existsSync(serviceAccountToken)
}

/** The file named, else the files of KUBECONFIG, else, outside of a pod, `~/.kube/config`; empty when there is none. */
export function kubeConfigFiles(
  { kubeconfig }: KubeConfigOptions,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig]
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean)
  // As kubectl does: of several, those that do not exist do not count.
  const existing = named.filter(file => existsSync(file))
  if (named.length > 0) return existing.length > 0 ? existing : named.slice(0, 1)
  const own = ownKubeConfig(env)
  return !isInPod(env) && existsSync(own) ? [own] : []
}

/** Where kubectl keeps the person's own. */
export function ownKubeConfig(env: NodeJS.ProcessEnv): string {
  return join(env['HOME'] || homedir(), '.kube', 'config')
}

/** Code of the problem that nobody said which cluster is meant. What can do without one looks for it. */
export const noKubeConfig = 'no-kubeconfig'
